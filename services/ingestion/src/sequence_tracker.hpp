// Which messages of the stream are new, which were seen, and which are missing.
#pragma once

#include <cstdint>
#include <optional>

namespace logchute::ingestion {

/// Follows the stream's sequence. The store, not the consumer, is the authority on what has been taken: the consumer may deliver again (after
/// a crash, after ack_wait) or skip ahead (deliveries lost on the wire are repeated only after ack_wait).
///
/// A message that does not follow the one before leaves a hole. The consumer's own count tells what kind: where it is contiguous, the server
/// went from the one message straight to the other, so what lies between is no longer in the stream. Where it jumps, deliveries were lost,
/// and the consumer must begin again.
/// Pure: one thread, no clock.
class SequenceTracker {
public:
    enum class Verdict {
        take,  ///< The next one.
        seen,  ///< Taken before: drop it; acknowledge it if it is committed.
        gap,  ///< Deliveries before it were lost: have the consumer begin again at next(), then call restarted().
    };

    explicit SequenceTracker(std::uint64_t reached) : taken_(reached) {}

    /// Judges a delivered message; `take` moves on.
    [[nodiscard]] Verdict judge(std::uint64_t sequence, std::uint64_t consumer_sequence) noexcept {
        // Once deliveries are missing, no hole is believed until the consumer has begun again.
        if (last_delivery_ && consumer_sequence == *last_delivery_ + 1)
            last_delivery_ = consumer_sequence;
        else
            last_delivery_.reset();
        if (sequence > taken_ + 1 && !last_delivery_) return Verdict::gap;
        if (sequence <= taken_) return Verdict::seen;
        lost_ += sequence - taken_ - 1;
        taken_ = sequence;
        return Verdict::take;
    }

    /// The consumer was made anew, to deliver from next() on.
    void restarted() noexcept { last_delivery_ = 0; }

    [[nodiscard]] std::uint64_t next() const noexcept { return taken_ + 1; }
    /// Messages that left the stream before they were taken, since the start.
    [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

private:
    std::uint64_t taken_;
    std::optional<std::uint64_t> last_delivery_;  ///< The consumer's count; empty where it is not known what came before.
    std::uint64_t lost_ = 0;
};

}  // namespace logchute::ingestion
