// From years, months and days to points in time, and which of them there are. Shared by time.cpp and the formats that write dates in other
// orders.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>

#include "logchute/core/time.hpp"

namespace logchute {

inline constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
inline constexpr std::int64_t kSecondsPerDay = 86'400;
inline constexpr int kYearMin = 1678;
inline constexpr int kYearMax = 2261;

[[nodiscard]] constexpr bool is_leap(unsigned year) noexcept { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

[[nodiscard]] constexpr unsigned days_in_month(unsigned year, unsigned month) noexcept {
    constexpr std::array<unsigned char, 13> kDays{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : kDays[month];
}

/// Days since the epoch. Years start in March here, so that the leap day is the last one of its year.
[[nodiscard]] constexpr std::int64_t days_from_civil(unsigned year, unsigned month, unsigned day) noexcept {
    const unsigned shifted = month <= 2 ? year - 1 : year;
    const unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return static_cast<std::int64_t>(shifted) * 365 + shifted / 4 - shifted / 100 + shifted / 400 + day_of_year - 719'468;
}
static_assert(days_from_civil(1970, 1, 1) == 0 && days_from_civil(2000, 3, 1) == 11'017 && days_from_civil(1678, 1, 1) == -106'650);

struct Clock {
    unsigned year, month, day, hour, minute, second;
    std::int64_t nanos = 0;
};

[[nodiscard]] constexpr bool is_possible(const Clock& at) noexcept {
    return at.year >= kYearMin && at.year <= kYearMax && at.month >= 1 && at.month <= 12 && at.day >= 1 &&
           at.day <= days_in_month(at.year, at.month) && at.hour <= 23 && at.minute <= 59 && at.second <= 60;
}

inline constexpr std::int64_t kNanosMin = days_from_civil(kYearMin, 1, 1) * kSecondsPerDay * kNanosPerSecond;
inline constexpr std::int64_t kNanosEnd = days_from_civil(kYearMax + 1, 1, 1) * kSecondsPerDay * kNanosPerSecond;
static_assert(kNanosMin == to_nanos(kTimestampMin) && kNanosEnd == to_nanos(kTimestampEnd));

[[nodiscard]] inline std::optional<Timestamp> within_years(std::int64_t nanos) noexcept {
    if (nanos < kNanosMin || nanos >= kNanosEnd) return std::nullopt;
    return from_nanos(nanos);
}

/// The point in time that `at` is, read `offset_seconds` east of UTC. A leap second (the last of a UTC day) is the one after it.
[[nodiscard]] inline std::optional<Timestamp> to_timestamp(const Clock& at, std::int64_t offset_seconds) noexcept {
    if (!is_possible(at)) return std::nullopt;
    const std::int64_t since_epoch =
        days_from_civil(at.year, at.month, at.day) * kSecondsPerDay + at.hour * 3600 + at.minute * 60 + at.second - offset_seconds;
    if (at.second == 60 && since_epoch % kSecondsPerDay != 0) return std::nullopt;
    return within_years(since_epoch * kNanosPerSecond + at.nanos);
}
// The years kept are well inside what 64 bits hold, so no offset of a day can overflow.
static_assert(days_from_civil(kYearMin - 1, 12, 30) * kSecondsPerDay > std::numeric_limits<std::int64_t>::min() / kNanosPerSecond);
static_assert(days_from_civil(kYearMax + 1, 1, 3) * kSecondsPerDay < std::numeric_limits<std::int64_t>::max() / kNanosPerSecond);

}  // namespace logchute
