// Points in time as records, parameters and people write them. Everything is UTC, in nanoseconds since the Unix epoch.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "logchute/core/result.hpp"

namespace logchute {

/// Years 1678 to 2261, as 64 bits of nanoseconds allow.
using Timestamp = std::chrono::sys_time<std::chrono::nanoseconds>;
using std::chrono::nanoseconds;

[[nodiscard]] Timestamp now() noexcept;  ///< The wall clock.

[[nodiscard]] constexpr std::int64_t to_nanos(Timestamp at) noexcept { return at.time_since_epoch().count(); }
[[nodiscard]] constexpr Timestamp from_nanos(std::int64_t nanos) noexcept { return Timestamp{nanoseconds{nanos}}; }

/// The first that a record can have, and the first behind all of them.
inline constexpr Timestamp kTimestampMin = std::chrono::sys_days{std::chrono::year{1678} / 1 / 1};
inline constexpr Timestamp kTimestampEnd = std::chrono::sys_days{std::chrono::year{2262} / 1 / 1};

/// RFC 3339 with any offset and any fraction (digits past the ninth are dropped), 'T' or a space between, whole string.
/// Impossible dates (February 30th) and times outside Timestamp's years are refused. Never allocates.
[[nodiscard]] std::optional<Timestamp> parse_rfc3339(std::string_view text) noexcept;

/// Seconds, milliseconds, microseconds or nanoseconds since the epoch, told apart by magnitude: below 1e11 seconds, below 1e14 ms, below
/// 1e17 us, else ns.
[[nodiscard]] std::optional<Timestamp> timestamp_from_number(std::int64_t number) noexcept;
/// The same, with a fraction: precise to about a microsecond where the number is in seconds.
[[nodiscard]] std::optional<Timestamp> timestamp_from_number(double number) noexcept;

/// A record's time as text: RFC 3339, else a number. Without a zone it is UTC.
[[nodiscard]] std::optional<Timestamp> parse_record_time(std::string_view text) noexcept;

/// The latest year that puts month..second (of a time without a year) at most a day ahead of `received`.
[[nodiscard]] std::optional<Timestamp> complete_year(unsigned month, unsigned day, unsigned hour, unsigned minute, unsigned second,
                                                     std::int64_t fraction_nanos, Timestamp received) noexcept;

/// Appends "2026-11-21T02:28:01.123456789Z": nine digits of fraction, or none where it is zero.
void append_rfc3339(std::string& out, Timestamp at);
[[nodiscard]] std::string format_rfc3339(Timestamp at);
/// "2026.11.21" and "2026-11-21".
[[nodiscard]] std::string format_day(Timestamp at, char separator);

/// "250ms 10s 5m 1h 7d" (also us, ns, w; fractions allowed: "1.5h"); more than zero unless it is exactly "0s".
[[nodiscard]] Result<nanoseconds> parse_duration(std::string_view text);
/// The shortest of the same forms: 90s is "90s", 60s is "1m".
[[nodiscard]] std::string format_duration(nanoseconds duration);

/// A time as a parameter: RFC 3339, an epoch number, "now", or relative to `now` ("-15m", "-7d"). RFC 3339 of years that Timestamp does not have
/// is kTimestampMin or kTimestampEnd: it is a time all the same, and before or behind all records.
[[nodiscard]] Result<Timestamp> parse_time_parameter(std::string_view text, Timestamp now);

/// [from, to): `from` included, `to` not. Missing ends are open.
struct TimeRange {
    std::optional<Timestamp> from;
    std::optional<Timestamp> to;
};

}  // namespace logchute
