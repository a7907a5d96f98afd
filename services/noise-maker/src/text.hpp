// Numbers appended to a string without a detour.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>

namespace logchute::noise {

inline void append_number(std::string& out, std::integral auto number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    out.append(digits, end);
}

/// Microseconds as milliseconds with three digits of fraction: 12345 is "12.345".
inline void append_millis(std::string& out, std::uint32_t micros) {
    append_number(out, micros / 1000);
    const std::uint32_t rest = micros % 1000;
    const char fraction[4] = {'.', static_cast<char>('0' + rest / 100), static_cast<char>('0' + rest / 10 % 10),
                              static_cast<char>('0' + rest % 10)};
    out.append(fraction, sizeof fraction);
}

}  // namespace logchute::noise
