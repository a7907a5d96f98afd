// The store of another process, over `svc.store.*`: what every service but the owner of the embedded store uses.
#pragma once

#include <chrono>
#include <memory>

#include "logchute/bus/connection.hpp"
#include "logchute/bus/request.hpp"
#include "logchute/store/log_reader.hpp"

namespace logchute::store {

/// Threads: any. Lifetime: borrows the Connection. Failures: as LogReader; unavailable within `timeout` where nobody answers.
class RemoteLogReader final : public LogReader {
public:
    RemoteLogReader(bus::Connection& connection, std::chrono::milliseconds timeout);
    [[nodiscard]] Result<RecordPage> search(const SearchRequest& request) override;
    [[nodiscard]] Result<std::string> record(std::string_view id) override;
    [[nodiscard]] Result<ContextPage> context(std::string_view id, std::size_t before, std::size_t after) override;
    [[nodiscard]] Result<Stats> stats(const StatsRequest& request) override;
    [[nodiscard]] Result<Histogram> histogram(const HistogramRequest& request) override;
    [[nodiscard]] Result<std::vector<FieldInfo>> fields(const Scope& scope) override;
    [[nodiscard]] Result<Tallies> tallies(std::string_view prefix) override;

private:
    bus::Connection& connection_;
    std::chrono::milliseconds timeout_;
};

/// Answers `svc.store.search record context stats histogram fields tallies` from a reader, as the queue group "store".
/// Threads:  those of two Responders: what counts over many rows (stats, histogram, fields) has a few of its own, so that however many of
///           these are asked, finding (the rest) never waits in the queue behind them.
/// Lifetime: borrows both. The destructor takes no new requests and waits for running ones.
class StoreServer {
public:
    StoreServer(bus::Connection& connection, LogReader& reader);

private:
    std::unique_ptr<bus::Responder> finding_, counting_;
};
[[nodiscard]] std::unique_ptr<StoreServer> serve_store(bus::Connection& connection, LogReader& reader);

}  // namespace logchute::store
