// Sorting bytes into two kinds, 64 at a time, into one bit each: what loops over tokens and over quotes have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace logchute::detail {

inline constexpr std::size_t kBlock = 64;

// A Kind has `static bool is(unsigned char)` and, where there is SSE2, `static __m128i are(__m128i)`, which sets the top bit of each byte
// for which is() is true and clears it elsewhere. is() must be false for NUL.

#if defined(__SSE2__)
template <class Kind>
[[nodiscard]] inline std::uint64_t bits16(const char* at) noexcept {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    return static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(Kind::are(bytes))));
}
#endif

/// Bit i: byte i at `at` is of that kind, for the first `count` (1 to kBlock) bytes; the other bits are 0. Reads only [begin, at + count).
template <class Kind>
[[nodiscard]] inline std::uint64_t block_bits([[maybe_unused]] const char* begin, const char* at, std::size_t count) noexcept {
    std::uint64_t bits = 0;
#if defined(__SSE2__)
    std::size_t i = 0;
    for (; i + 16 <= count; i += 16) bits |= bits16<Kind>(at + i) << i;
    const std::size_t rest = count - i;
    if (rest == 0) return bits;
    const char* const end = at + count;
    if (end - begin >= 16) return bits | (bits16<Kind>(end - 16) >> (16 - rest)) << i;
    char padded[16] = {};
    std::memcpy(padded, at + i, rest);
    return bits | bits16<Kind>(padded) << i;
#else
    for (std::size_t i = 0; i < count; ++i) bits |= std::uint64_t{Kind::is(static_cast<unsigned char>(at[i]))} << i;
    return bits;
#endif
}

}  // namespace logchute::detail
