// What the inside of a JSON string is made of, byte by byte. Shared by the scanner and json_text.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace logchute::json {

/// True for the bytes that end a run of ordinary ones: quote, backslash, control characters.
[[nodiscard]] constexpr bool is_special(char c) noexcept { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

namespace detail {

#if defined(__SSE2__)
inline constexpr std::ptrdiff_t kStep = 16;
/// One bit a byte: special ones, and those beyond ASCII.
struct Marks {
    std::uint32_t special;
    std::uint32_t high;
};
inline Marks marks(const char* at) noexcept {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    const __m128i special = _mm_or_si128(_mm_or_si128(quote, backslash), control);
    return {static_cast<std::uint32_t>(_mm_movemask_epi8(special)), static_cast<std::uint32_t>(_mm_movemask_epi8(bytes))};
}
inline constexpr int kBitsPerByte = 1;
#else
inline constexpr std::ptrdiff_t kStep = 8;
/// The top bit of each byte: special ones, and those beyond ASCII. Bytes above the lowest special one may be marked wrongly, by borrows.
struct Marks {
    std::uint64_t special;
    std::uint64_t high;
};
inline Marks marks(const char* at) noexcept {
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    constexpr std::uint64_t kTops = kOnes << 7;
    std::uint64_t bytes = 0;
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(&bytes, at, sizeof bytes);
    } else {
        for (int i = 7; i >= 0; --i) bytes = bytes << 8 | static_cast<unsigned char>(at[i]);
    }
    const std::uint64_t quote = bytes ^ kOnes * '"';
    const std::uint64_t backslash = bytes ^ kOnes * '\\';
    const std::uint64_t special = (quote - kOnes) & ~quote;
    const std::uint64_t escape = (backslash - kOnes) & ~backslash;
    const std::uint64_t control = (bytes - kOnes * 0x20) & ~bytes;
    return {(special | escape | control) & kTops, bytes & kTops};
}
inline constexpr int kBitsPerByte = 8;
#endif

}  // namespace detail

/// The first special byte of [at, end), or `end`. `beyond_ascii` is set where a byte before it is beyond ASCII, and may be set by one behind.
/// Reads whole blocks as far as `readable_end`, which is at or behind `end`: most strings end near their line's end, and other lines follow.
[[nodiscard]] inline const char* find_special(const char* at, const char* end, const char* readable_end, bool& beyond_ascii) noexcept {
    while (readable_end - at >= detail::kStep) {
        const detail::Marks marks = detail::marks(at);
        if (marks.high != 0) [[unlikely]]
            beyond_ascii = true;
        if (marks.special != 0) {
            at += std::countr_zero(marks.special) / detail::kBitsPerByte;
            return at < end ? at : end;
        }
        at += detail::kStep;
    }
    for (; at < end && !is_special(*at); ++at) {
        if (static_cast<signed char>(*at) < 0) beyond_ascii = true;
    }
    return at < end ? at : end;
}

/// Four hexadecimal digits at `at` as a number; negative where they are none.
[[nodiscard]] inline int hex4(const char* at) noexcept {
    int value = 0;
    for (int i = 0; i < 4; ++i) {
        const char c = at[i];
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0) return -1;
        value = value << 4 | digit;
    }
    return value;
}

[[nodiscard]] constexpr bool is_high_surrogate(int unit) noexcept { return unit >= 0xd800 && unit < 0xdc00; }
[[nodiscard]] constexpr bool is_low_surrogate(int unit) noexcept { return unit >= 0xdc00 && unit < 0xe000; }

/// Undoes the escapes of `inner` (the string without its quotes) into `out`, which has room for inner.size() bytes, and returns how many it
/// wrote. Half a surrogate pair becomes U+FFFD. What is no escape of JSON stays as it stands.
std::size_t unescape(std::string_view inner, char* out) noexcept;

/// How long the well-formed UTF-8 character at `at` is; 0 where there is none, and then `bad` bytes make one U+FFFD (the WHATWG rule:
/// a maximal part of a character, or one byte).
[[nodiscard]] std::size_t utf8_length(const char* at, const char* end, std::size_t& bad) noexcept;

}  // namespace logchute::json
