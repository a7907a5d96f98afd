// What live readers follow: a stream, as messages that are taken apart already.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "logchute/core/batch_parser.hpp"
#include "logchute/core/result.hpp"

namespace logchute::dashboard {

/// One message. Immutable once made; owns all that its views point into.
struct LiveMessage {
    std::uint64_t epoch = 0;  ///< As in Position.
    std::uint64_t sequence = 0;
    bool is_last = false;  ///< Nothing was behind it in the stream when it was sent.
    /// The records, of a stream of logs.
    ParsedBatch parsed;
    std::string source;
    /// Else one JSON object on one line, for everybody who follows; empty for a message that says nothing to anybody.
    std::string document;
    std::shared_ptr<const void> text;  ///< What the records' views point into.
    std::size_t bytes = 0;             ///< What it holds in memory, about.
};
using LiveMessagePtr = std::shared_ptr<const LiveMessage>;

/// Where a stream begins and ends.
struct StreamState {
    std::uint64_t epoch = 0;
    std::uint64_t first = 1;
    std::uint64_t last = 0;
};

/// Reads one stream from a sequence on, in order, each message once. One thread.
class LiveReader {
public:
    virtual ~LiveReader() = default;
    /// What is there, or what comes within `wait`; empty where nothing does. After a failure the next call goes on without a gap; after the
    /// stream has been made anew, with the new one's first message.
    [[nodiscard]] virtual Result<std::vector<LiveMessagePtr>> fetch(std::chrono::milliseconds wait) = 0;
};

/// Threads: any.
class LiveSource {
public:
    virtual ~LiveSource() = default;
    /// Errc::unavailable, timeout: the bus is away. A stream that is not there yet is an empty one.
    [[nodiscard]] virtual Result<StreamState> state() = 0;
    /// From the first message that has `from` or a larger sequence.
    [[nodiscard]] virtual std::unique_ptr<LiveReader> read(std::uint64_t epoch, std::uint64_t from) = 0;
    /// The record as GET /api/v1/logs/{id} shows it.
    [[nodiscard]] virtual std::string json(const LiveMessage& message, const LogRecord& record) = 0;
    /// Whether a hole between two sequences means that messages were lost to us.
    [[nodiscard]] virtual bool is_gapless() const noexcept = 0;
};

}  // namespace logchute::dashboard
