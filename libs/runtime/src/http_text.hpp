// The small words of HTTP/1.1: comparing without case, reason phrases, dates, what may stand in a header.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace logchute::http {

/// ASCII letters compared without case.
[[nodiscard]] bool iequals(std::string_view a, std::string_view b) noexcept;
/// ASCII letters lower-cased.
[[nodiscard]] std::string to_lower(std::string_view text);
/// Without spaces and tabs at both ends.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;
/// True for a token of RFC 9110: what header names are made of.
[[nodiscard]] bool is_token(std::string_view text) noexcept;
/// True for text that may be sent as a header's value: no CR, LF or other control character but tab.
[[nodiscard]] bool is_field_value(std::string_view text) noexcept;
/// The value of one hexadecimal digit, or -1.
[[nodiscard]] int hex_value(char c) noexcept;
/// "Not Found" for 404; "Unknown" for a status without a phrase.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;
/// "Sat, 21 Nov 2026 02:28:01 GMT"
[[nodiscard]] std::string format_http_date(std::chrono::sys_seconds at);

}  // namespace logchute::http
