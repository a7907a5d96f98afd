// What is in LOGS_DLQ: a line for each of its messages, in memory.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "logchute/bus/dead_letter.hpp"
#include "logchute/bus/stream.hpp"
#include "logchute/bus/stream_reader.hpp"

namespace logchute::ingestion {

/// Follows LOGS_DLQ by the headers of its messages, so that counting a gigabyte of dead letters does not read it.
/// Threads:  one. Lifetime: borrows the Connection.
class DeadLetterIndex {
public:
    explicit DeadLetterIndex(bus::Connection& connection) : connection_(connection) {}

    using Entries = std::map<std::uint64_t, bus::LetterFacts>;  ///< By the sequence in LOGS_DLQ.

    /// Brings the index up to the stream as it is now. Failures: the bus's.
    [[nodiscard]] Result<void> update();
    [[nodiscard]] const Entries& entries() const noexcept { return entries_; }
    /// Letters that left because of the stream's limits while this was looking.
    [[nodiscard]] std::uint64_t expired() const noexcept { return expired_; }
    /// It was deleted: by us, or it was found not to be there.
    void remove(std::uint64_t sequence) { entries_.erase(sequence); }

private:
    bus::Connection& connection_;
    std::unique_ptr<bus::StreamReader> reader_;
    Timestamp created_{};  // Of the stream that is followed.
    Entries entries_;
    std::uint64_t expired_ = 0;
};

}  // namespace logchute::ingestion
