// Severity of a log record.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace logchute {

/// Ordered by severity; `unknown` has none and compares with nothing. The numbers are stored on disk: never renumber.
enum class Level : std::uint8_t { unknown = 0, trace = 1, debug = 2, info = 3, warn = 4, error = 5, fatal = 6 };

inline constexpr std::array kLevels{Level::unknown, Level::trace, Level::debug, Level::info, Level::warn, Level::error, Level::fatal};

/// "trace" ... "fatal", "unknown".
[[nodiscard]] std::string_view to_string(Level level) noexcept;

/// Any usual spelling, in any case: WARNING, W, err, SEVERITY_ERROR, notice (info), critical alert emergency panic (fatal), Android's and
/// glog's single letters, syslog's 0..7, pino's 10..60. Empty where nobody knows the spelling. Never allocates.
[[nodiscard]] std::optional<Level> parse_level(std::string_view text) noexcept;

/// Syslog severities 0..7 and pino's 10, 20, ... 60.
[[nodiscard]] std::optional<Level> level_from_number(std::int64_t number) noexcept;

}  // namespace logchute
