// When the next record is due.
#pragma once

#include <algorithm>
#include <chrono>

#include "scenario.hpp"

namespace logchute::noise {

/// A token bucket that knows the moment each token was due, so that a batch made late still carries the right times.
///
/// The position on the scenario's clock grows by 1 / rate a record and never by waiting: what is made depends on the seed and the rate alone,
/// however the machine stumbles. What was missed for longer than kDebtMax is forgiven: the rate is kept, not the sum.
class Pacer {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr auto kDebtMax = std::chrono::milliseconds(250);

    /// `rate` in records a second, more than 0.
    Pacer(double rate, Clock::time_point start) noexcept : rate_(rate), base_(start) {}

    [[nodiscard]] Seconds position() const noexcept { return position_; }
    [[nodiscard]] Clock::time_point due_at() const noexcept { return base_ + std::chrono::duration_cast<Clock::duration>(position_); }
    [[nodiscard]] bool is_due(Clock::time_point now) const noexcept { return due_at() <= now; }

    /// Takes one token; `factor` is Mood::rate.
    void advance(double factor) noexcept { position_ += Seconds(1 / (rate_ * std::max(factor, 0.001))); }

    /// Returns how much of the debt at `now` was over kDebtMax and is owed no more.
    Clock::duration forgive(Clock::time_point now) noexcept {
        const auto over = std::max(now - due_at() - kDebtMax, Clock::duration::zero());
        base_ += over;
        return over;
    }

private:
    double rate_;
    Clock::time_point base_;
    Seconds position_{0};
};

}  // namespace logchute::noise
