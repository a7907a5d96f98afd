// What a line is, and which lines make one record: shared by everything that splits text, so that all count alike.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace logchute {

/// The line without the CR of a CRLF.
[[nodiscard]] constexpr std::string_view without_cr(std::string_view line) noexcept {
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

/// Empty, or white space alone: no record and no error.
[[nodiscard]] constexpr bool is_blank(std::string_view line) noexcept {
    return std::ranges::all_of(line, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; });
}

/// True for a line that continues the record before it: indentation, "Caused by:", "... 7 more", and the like. Of a plain or auto line alone.
[[nodiscard]] bool is_continuation(std::string_view line) noexcept;

/// Whether `line` joins a record of `record_bytes` bytes before it (0: there is none). A record does not grow beyond `line_bytes_max`.
[[nodiscard]] inline bool joins_record(std::string_view line, std::size_t record_bytes, std::size_t line_bytes_max) noexcept {
    return record_bytes != 0 && record_bytes + 1 + line.size() <= line_bytes_max && is_continuation(line);
}

}  // namespace logchute
