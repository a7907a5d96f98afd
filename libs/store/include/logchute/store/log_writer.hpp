// Writing records to a store, exactly once.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "logchute/core/log_record.hpp"
#include "logchute/core/result.hpp"

namespace logchute::store {

/// The records of one message of the stream.
struct MessageRecords {
    std::uint64_t sequence = 0;         ///< In the stream; strictly rising within a batch.
    Timestamp
        received{};  ///< When the bus stored the message. The UTC day of the batch's first chooses the file; never one before the newest.
    std::string_view source;  ///< Of the subject.
    std::span<const LogRecord> records;  ///< Views; must stay valid until append() returns.
};

/// What a batch adds to the counts kept beside the rows, under a key such as "source/http" or "upload/6f1c...". Counts of records.
struct Tally {
    std::uint64_t stored = 0;
    std::uint64_t dead_lettered = 0;
    std::uint64_t received = 0;
    std::uint64_t dropped = 0;
    Tally& operator+=(const Tally& more) noexcept {
        stored += more.stored;
        dead_lettered += more.dead_lettered;
        received += more.received;
        dropped += more.dropped;
        return *this;
    }
    friend bool operator==(const Tally&, const Tally&) = default;
};
using Tallies = std::map<std::string, Tally, std::less<>>;

/// Counts are kept for ever, but for those whose keys begin so: they end once no batch has added to them for `age`, by the times of receipt,
/// so that they do not pile up. They may be there for some hours longer.
struct TallyAge {
    std::string_view prefix;
    std::chrono::hours age;
};
inline constexpr std::string_view kUploadTallyPrefix = "upload/";
inline constexpr std::string_view kMinuteTallyPrefix = "minute/";
inline constexpr std::string_view kHourTallyPrefix = "hour/";
inline constexpr std::array<TallyAge, 3> kTallyAges{
    {{kUploadTallyPrefix, std::chrono::days(7)}, {kMinuteTallyPrefix, std::chrono::hours(3)}, {kHourTallyPrefix, std::chrono::days(32)}}};

struct WriteBatch {
    std::span<const MessageRecords> messages;
    /// The sequence reached once this batch is in: of its last message, even where that held no record. Beyond what the store has reached, also
    /// where no message is left: so a batch is known again that is tried a second time and had been written after all.
    std::uint64_t reached = 0;
    Tallies tallies;
};

/// Threads:  one writer thread. Lifetime: see the engine.
/// Failures: unavailable (disk full, store away: try again, with the same batch), invalid (a sequence that is reached already, or falls),
///           failed (a bug or a broken file). After each of them nothing of the batch is there.
class LogWriter {
public:
    virtual ~LogWriter() = default;
    /// Sequence up to which all is in the store; 0 for an empty one. Messages up to it must not be appended again.
    [[nodiscard]] virtual std::uint64_t reached() const = 0;
    /// Rows, tallies and the sequence reached become durable together or not at all. So a batch is never cut: one that crosses midnight belongs
    /// to the day in which its first message was received.
    [[nodiscard]] virtual Result<void> append(const WriteBatch& batch) = 0;
    /// The counts kept beside the rows whose keys begin with `prefix`.
    [[nodiscard]] virtual Result<Tallies> tallies(std::string_view prefix) = 0;
};

}  // namespace logchute::store
