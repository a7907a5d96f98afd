// Messages on their way into the store: taken from the stream, parsed, not committed yet.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "ledger.hpp"
#include "logchute/bus/consumer.hpp"
#include "logchute/bus/log_message.hpp"
#include "logchute/core/batch_parser.hpp"
#include "logchute/store/log_writer.hpp"

namespace logchute::ingestion {

/// Gathers messages until a limit is reached. Everything in it views the messages it owns. Reused: clear() keeps the memory.
class PendingBatch {
public:
    /// Parses `message` and keeps it. Its sequence in the store is `base` more than in the stream. Never fails: what does not parse is among
    /// its bad lines.
    void add(bus::Message message, bus::LogMessageReader& reader, std::uint64_t base, Ledger& ledger);
    /// Books messages that will never come.
    void add_lost(std::uint64_t messages, Ledger& ledger) { ledger.book_lost(tallies_, messages, now()); }
    /// Has the batch leave `base` under `key` in the store; see StreamEpoch.
    void keep_base(const std::string& key, std::uint64_t base) { tallies_[key].stored += base; }

    [[nodiscard]] bool empty() const noexcept { return messages_.empty(); }
    [[nodiscard]] std::uint64_t records() const noexcept { return records_; }
    /// What it holds in memory, about.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
    /// When the first message came in.
    [[nodiscard]] std::chrono::steady_clock::time_point since() const noexcept { return since_; }

    /// What the store is to commit: rows, tallies by source and upload, and the sequence reached.
    [[nodiscard]] store::WriteBatch write_batch();
    [[nodiscard]] std::vector<bus::Message>& messages() noexcept { return messages_; }
    [[nodiscard]] const std::vector<bus::Message>& messages() const noexcept { return messages_; }
    /// The lines of messages()[message] that are no records.
    [[nodiscard]] std::span<const BadLine> bad_lines(std::size_t message) const { return slots_[message].parsed.bad; }

    void clear() noexcept;

private:
    struct Slot {
        ParsedBatch parsed;
        std::string scratch;  ///< The text of a compressed message.
    };

    std::vector<bus::Message> messages_;
    std::deque<Slot> slots_;  ///< One for each message and some to spare; their places do not move.
    std::vector<store::MessageRecords> rows_;
    store::Tallies tallies_;
    std::uint64_t records_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t reached_ = 0;
    std::chrono::steady_clock::time_point since_{};
};

}  // namespace logchute::ingestion
