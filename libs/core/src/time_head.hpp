// The time that a line of text begins with, in the shapes that programs write. Whole values (fields, parameters) are time.hpp's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "logchute/core/time.hpp"

namespace logchute {

enum class HeadZone : std::uint8_t { none, utc, offset };

struct TimeHead {
    Timestamp at{};
    std::size_t size = 0;  ///< How much of the text it is.
    HeadZone zone = HeadZone::none;
};

/// Reads one of these at the very start of `text`; nothing where none stands there, where it is no possible date, or where a word goes on
/// behind it. Fractions come with '.' or ','. Without a zone it is UTC; without a year complete_year(received) decides.
///   2026-01-05T10:00:00.123+01:00   2026/01/05 10:00:00   20260105 100000   260105 10:00:00   05-Jan-2026 10:00:00
///   05/Jan/2026:10:00:00 +0100      Mon Jan 05 10:00:00.123 2026            Mon, 05 Jan 2026 10:00:00 GMT
///   Jan  5 10:00:00                 01-05 10:00:00.123                      1767607200 (also .123, ms, us, ns)
[[nodiscard]] std::optional<TimeHead> read_time_head(std::string_view text, Timestamp received) noexcept;

/// glog's "0105 10:00:00.123456" or "20260105 10:00:00.123456", behind the letter of the level.
[[nodiscard]] std::optional<TimeHead> read_glog_time(std::string_view text, Timestamp received) noexcept;

/// "05/Jan/2026:10:00:00 +0100" alone.
[[nodiscard]] std::optional<TimeHead> read_clf_time(std::string_view text) noexcept;

/// The length of what has the shape of RFC 3164's "Jan  5 10:00:00" at the start of `text`, possible or not; 0 where it has not.
[[nodiscard]] std::size_t bsd_time_shape(std::string_view text) noexcept;

}  // namespace logchute
