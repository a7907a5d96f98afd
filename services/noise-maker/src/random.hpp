// The noise-maker's own random numbers: the standard library's distributions differ between implementations, and a seed must not.
#pragma once

#include <cstddef>
#include <cstdint>

namespace logchute::noise {

/// SplitMix64: a few instructions a number, any seed is a good one, and the same on every machine. Not for secrets. One thread.
class Random {
public:
    explicit Random(std::uint64_t seed) noexcept : state_(seed) {}

    std::uint64_t bits() noexcept {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }
    /// 0 <= number < n; n must be more than 0. Its bias is below n / 2^32.
    std::uint32_t below(std::uint32_t n) noexcept { return static_cast<std::uint32_t>(((bits() >> 32U) * n) >> 32U); }
    /// 0 <= number < 1
    double unit() noexcept { return static_cast<double>(bits() >> 11U) * 0x1.0p-53; }
    bool chance(double share) noexcept { return unit() < share; }

    template <class List>
    const auto& pick(const List& list) noexcept {
        return list[below(static_cast<std::uint32_t>(list.size()))];
    }

private:
    std::uint64_t state_;
};

}  // namespace logchute::noise
