// Records a second, over the last few seconds.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace logchute::analyzer {

/// A ring of one-second buckets. Not thread-safe; time is passed in.
class Throughput {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t kSeconds = 5;

    void add(Clock::time_point at, std::uint64_t records) noexcept {
        advance(second_of(at));
        buckets_[current_ % buckets_.size()] += records;
    }

    /// Over the last kSeconds whole seconds before `at`; the running second is left out, because it is not over.
    [[nodiscard]] double per_second(Clock::time_point at) noexcept {
        advance(second_of(at));
        std::uint64_t sum = 0;
        for (std::uint64_t ago = 1; ago <= kSeconds; ++ago) sum += buckets_[(current_ + buckets_.size() - ago) % buckets_.size()];
        return static_cast<double>(sum) / static_cast<double>(kSeconds);
    }

private:
    static std::uint64_t second_of(Clock::time_point at) noexcept {
        return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count());
    }
    void advance(std::uint64_t second) noexcept {
        if (second <= current_) return;
        const std::uint64_t steps = second - current_ < buckets_.size() ? second - current_ : buckets_.size();
        for (std::uint64_t i = 0; i < steps; ++i) buckets_[(second - i) % buckets_.size()] = 0;
        current_ = second;
    }

    std::array<std::uint64_t, kSeconds + 1> buckets_{};
    std::uint64_t current_ = 0;
};

}  // namespace logchute::analyzer
