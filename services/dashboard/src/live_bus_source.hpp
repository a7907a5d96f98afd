// The streams of NATS as live sources.
#pragma once

#include <string>

#include "live_source.hpp"
#include "logchute/bus/connection.hpp"
#include "record_ids.hpp"

namespace logchute::dashboard {

/// The stream LOGS, each message as its records. Lifetime: borrows both.
class LogSource final : public LiveSource {
public:
    LogSource(bus::Connection& connection, RecordIds& ids, std::size_t line_bytes_max)
        : connection_(connection), ids_(ids), line_bytes_max_(line_bytes_max) {}

    [[nodiscard]] Result<StreamState> state() override;
    [[nodiscard]] std::unique_ptr<LiveReader> read(std::uint64_t epoch, std::uint64_t from) override;
    [[nodiscard]] std::string json(const LiveMessage& message, const LogRecord& record) override;
    [[nodiscard]] bool is_gapless() const noexcept override { return true; }

private:
    bus::Connection& connection_;
    RecordIds& ids_;
    const std::size_t line_bytes_max_;
};

/// A stream whose messages are one JSON object each. Others are passed over, as are a bucket's marks of removed keys.
class DocumentSource final : public LiveSource {
public:
    DocumentSource(bus::Connection& connection, std::string stream, std::string subjects)
        : connection_(connection), stream_(std::move(stream)), subjects_(std::move(subjects)) {}

    [[nodiscard]] Result<StreamState> state() override;
    [[nodiscard]] std::unique_ptr<LiveReader> read(std::uint64_t epoch, std::uint64_t from) override;
    [[nodiscard]] std::string json(const LiveMessage& message, const LogRecord&) override { return message.document; }
    /// A bucket keeps the newest value of each key: what is missing has been replaced.
    [[nodiscard]] bool is_gapless() const noexcept override { return false; }

private:
    bus::Connection& connection_;
    const std::string stream_;
    const std::string subjects_;
};

}  // namespace logchute::dashboard
