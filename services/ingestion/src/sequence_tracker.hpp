// Which messages of the stream are new, which were seen, and which are missing.
#pragma once

#include <cstdint>

namespace logchute::ingestion {

/// Follows the stream's sequence. The store, not the consumer, is the authority on what has been taken: the consumer may deliver again (after
/// a crash, after ack_wait) or skip ahead (a delivery lost on the wire is repeated only after ack_wait). Pure: one thread, no clock.
class SequenceTracker {
public:
    enum class Verdict {
        take,      ///< The next one.
        seen,      ///< Taken before: drop it; acknowledge it if it is committed.
        gap,       ///< Something before it has not come: have the consumer deliver again from next().
    };

    explicit SequenceTracker(std::uint64_t reached) : taken_(reached) {}

    /// Judges a delivered message; `take` moves on.
    [[nodiscard]] Verdict judge(std::uint64_t sequence) noexcept {
        if (sequence <= taken_) return Verdict::seen;
        if (sequence > taken_ + 1 && retried_from_ != taken_ + 1) return Verdict::gap;
        lost_ += sequence - taken_ - 1;  // asked for from here on, and this is what came: what lies between is no longer in the stream
        taken_ = sequence;
        return Verdict::take;
    }

    /// The consumer has been told to deliver from next() on, so a hole that remains is real.
    void delivered_again() noexcept { retried_from_ = taken_ + 1; }

    [[nodiscard]] std::uint64_t next() const noexcept { return taken_ + 1; }
    /// Messages that left the stream before they were taken, since the start.
    [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

private:
    std::uint64_t taken_;
    std::uint64_t retried_from_ = 0;
    std::uint64_t lost_ = 0;
};

}  // namespace logchute::ingestion
