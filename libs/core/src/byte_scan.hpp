// Where words end, sixteen bytes at a time where the machine can.
#pragma once

#include <bit>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace logchute {

namespace detail {

/// The first byte of [at, end) that is a blank or control character, or one of `others`; else `end`. Whole blocks are read up to
/// `readable_end`.
template <char... others>
const char* find_end(const char* at, const char* end, [[maybe_unused]] const char* readable_end) noexcept {
#if defined(__SSE2__)
    constexpr std::ptrdiff_t kBlock = 16;
    while (at < end && readable_end - at >= kBlock) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i blanks = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(' ')), bytes);
        const __m128i found = (blanks | ... | _mm_cmpeq_epi8(bytes, _mm_set1_epi8(others)));
        if (const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(found)); mask != 0) {
            at += std::countr_zero(mask);
            return at < end ? at : end;
        }
        at += kBlock;
    }
    if (at >= end) return end;
#endif
    while (at != end && static_cast<unsigned char>(*at) > ' ' && ((*at != others) && ...)) ++at;
    return at;
}

}  // namespace detail

/// The first blank or control character.
[[nodiscard]] inline const char* find_blank(const char* at, const char* end, const char* readable_end) noexcept {
    return detail::find_end<>(at, end, readable_end);
}
/// The first blank, control character, '=' or quote.
[[nodiscard]] inline const char* find_key_end(const char* at, const char* end, const char* readable_end) noexcept {
    return detail::find_end<'=', '"'>(at, end, readable_end);
}

}  // namespace logchute
