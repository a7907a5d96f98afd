// The inner loops of tokens.hpp, which includes this; include that.
#pragma once

#include <array>
#include <bit>
#include <cstddef>

#include "logchute/core/byte_blocks.hpp"
#include "logchute/core/term_hash.hpp"

namespace logchute {
namespace detail {

inline constexpr auto kTokenChars = [] {
    std::array<bool, 256> is_token{};
    for (unsigned c = 0; c < 256; ++c) {
        is_token[c] = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c >= 0x80;
    }
    return is_token;
}();

struct TokenChars {
    static bool is(unsigned char c) noexcept { return kTokenChars[c]; }
#if defined(__SSE2__)
    static __m128i are(__m128i bytes) noexcept {
        // Unsigned "at most" is "equal to the smaller of both"; subtracting the first of a range makes it a range from 0.
        const auto in_range = [](__m128i x, char first, char count) {
            const __m128i from_zero = _mm_sub_epi8(x, _mm_set1_epi8(first));
            return _mm_cmpeq_epi8(_mm_min_epu8(from_zero, _mm_set1_epi8(static_cast<char>(count - 1))), from_zero);
        };
        const __m128i letters = in_range(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 26);
        const __m128i digits = in_range(bytes, '0', 10);
        const __m128i underscores = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_'));
        // The top bit, which is all that counts, is set in `bytes` itself for everything beyond ASCII.
        return _mm_or_si128(_mm_or_si128(letters, digits), _mm_or_si128(underscores, bytes));
    }
#endif
};

}  // namespace detail

constexpr bool is_token_char(unsigned char c) noexcept { return detail::kTokenChars[c]; }

inline std::uint64_t token_hash(std::string_view token) noexcept { return detail::hash_bytes<true>(token, detail::kTokenSeed); }

template <class Visitor>
void for_each_token_hash(std::string_view text, Visitor&& visit) {
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const char* open = nullptr;  // where a token began that reaches into the block at hand
    const auto emit = [&visit](const char* from, const char* to) {
        visit(token_hash(std::string_view(from, static_cast<std::size_t>(to - from))));
    };
    for (const char* at = begin; at != end;) {
        const std::size_t left = static_cast<std::size_t>(end - at);
        const std::size_t count = left < detail::kBlock ? left : detail::kBlock;
        std::uint64_t bits = detail::block_bits<detail::TokenChars>(begin, at, count);
        if (open != nullptr) {
            const auto more = static_cast<std::size_t>(std::countr_one(bits));
            if (more < detail::kBlock) {
                emit(open, at + more);
                open = nullptr;
            }
            bits &= bits + 1;  // clears the run that begins at bit 0
        }
        while (bits != 0) {
            const int from = std::countr_zero(bits);
            const int length = std::countr_one(bits >> from);
            if (from + length == static_cast<int>(detail::kBlock)) {
                open = at + from;
                break;
            }
            emit(at + from, at + from + length);
            bits &= bits + (bits & (~bits + 1));  // adding its lowest bit clears the lowest run
        }
        at += count;
    }
    if (open != nullptr) emit(open, end);
}

}  // namespace logchute
