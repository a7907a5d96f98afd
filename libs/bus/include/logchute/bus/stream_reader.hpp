// Reading a stream without taking anything from it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "logchute/bus/consumer.hpp"

namespace logchute::bus {

struct StreamReaderOptions {
    std::string stream;
    std::uint64_t from = 1;         ///< Sequence to begin with; 0: what comes after the first fetch() began.
    std::string filter_subject{};   ///< Empty: all of the stream.
    bool headers_only = false;      ///< Payloads stay behind.
};

/// Reads the messages of a stream in order, each once, from a sequence on, also over a lost connection. Nothing is acknowledged; the server
/// forgets the reader by itself a while after the last fetch().
/// Threads:  one. Lifetime: borrows the Connection.
/// Failures: as PullConsumer::fetch(); the next fetch() goes on where the last one ended. What has left the stream in between is not said:
///           a sequence that is missing tells.
class StreamReader {
public:
    StreamReader(Connection& connection, StreamReaderOptions options);
    ~StreamReader();
    StreamReader(const StreamReader&) = delete;
    StreamReader& operator=(const StreamReader&) = delete;

    /// No message within `limits.wait` is no failure but an empty batch.
    [[nodiscard]] Result<std::vector<Message>> fetch(const FetchLimits& limits);
    /// The sequence that comes next, or a later one. 0: not known yet.
    [[nodiscard]] std::uint64_t next() const noexcept;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace logchute::bus
