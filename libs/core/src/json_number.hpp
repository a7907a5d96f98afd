// Which words of other formats are numbers and booleans of JSON as they stand.
#pragma once

#include <string_view>

namespace logchute::json {

/// True for a number by JSON's grammar that every reader can hold: at most 18 digits before the point and two in the exponent. What is
/// longer is more likely an id, and 007 is one for certain.
[[nodiscard]] constexpr bool is_plain_number(std::string_view text) noexcept {
    constexpr std::size_t kWholeDigitsMax = 18;
    constexpr std::size_t kExponentDigitsMax = 2;
    constexpr std::size_t kLongest = 40;
    if (text.empty() || text.size() > kLongest) return false;
    const auto digits_from = [text](std::size_t at) {
        std::size_t count = 0;
        while (at + count < text.size() && text[at + count] >= '0' && text[at + count] <= '9') ++count;
        return count;
    };
    std::size_t at = text[0] == '-' ? 1 : 0;
    const std::size_t whole = digits_from(at);
    if (whole == 0 || whole > kWholeDigitsMax || (whole > 1 && text[at] == '0')) return false;
    at += whole;
    if (at < text.size() && text[at] == '.') {
        const std::size_t fraction = digits_from(at + 1);
        if (fraction == 0) return false;
        at += 1 + fraction;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        const std::size_t exponent = digits_from(at);
        if (exponent == 0 || exponent > kExponentDigitsMax) return false;
        at += exponent;
    }
    return at == text.size();
}

/// A number as above, true or false.
[[nodiscard]] constexpr bool is_plain_scalar(std::string_view text) noexcept {
    if (text.empty()) return false;
    const char first = text.front();
    if (first == 't') return text == "true";
    if (first == 'f') return text == "false";
    return (first == '-' || (first >= '0' && first <= '9')) && is_plain_number(text);
}

}  // namespace logchute::json
