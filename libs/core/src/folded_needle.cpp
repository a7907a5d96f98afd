#include "logchute/core/folded_needle.hpp"

#include <array>
#include <bit>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace logchute {
namespace {

/// Bytes of log text (lower-cased) from the most to the least common, counted roughly over server and application logs. What is not
/// listed is rarer still. Only speed depends on it.
constexpr std::string_view kCommonFirst = " e0ta1oinrs25d3lc4:h.um68p7-9fg/b,w=_y\"vk[]()x{}j'zq";

constexpr auto kRarity = [] {
    std::array<std::uint8_t, 256> rarity{};
    rarity.fill(kCommonFirst.size());
    for (std::size_t i = 0; i < kCommonFirst.size(); ++i)
        rarity[static_cast<unsigned char>(kCommonFirst[i])] = static_cast<std::uint8_t>(i);
    return rarity;
}();

int rarity_of(char c) noexcept { return kRarity[static_cast<unsigned char>(c)]; }

bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }

char fold(char c, char bit) noexcept { return static_cast<char>(c | bit); }

#if defined(__SSE2__)
__m128i load(const char* at) noexcept { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }

/// Setting bit 0x20 makes a letter lower-case, and makes nothing else a letter.
__m128i folded_equal(__m128i text, __m128i fold_bits, __m128i lower) noexcept {
    return _mm_cmpeq_epi8(_mm_or_si128(text, fold_bits), lower);
}

unsigned mask_of(__m128i bytes) noexcept { return static_cast<unsigned>(_mm_movemask_epi8(bytes)); }

constexpr std::ptrdiff_t kWidth = 16;
#endif

}  // namespace

FoldedNeedle::FoldedNeedle(std::string_view needle) : lower_(needle), folds_(needle.size(), '\0') {
    for (std::size_t i = 0; i < lower_.size(); ++i) {
        if (is_upper(lower_[i])) lower_[i] = fold(lower_[i], 0x20);
        if (is_lower(lower_[i])) folds_[i] = 0x20;
    }
    if (lower_.empty()) return;
    std::size_t rare = 0;
    for (std::size_t i = 1; i < lower_.size(); ++i) {
        if (rarity_of(lower_[i]) > rarity_of(lower_[rare])) rare = i;
    }
    // The second probe is of another byte where there is one: the same byte twice says little in a text full of it.
    std::size_t second = rare;
    int best = -1;
    for (std::size_t i = 0; i < lower_.size(); ++i) {
        if (lower_[i] != lower_[rare] && rarity_of(lower_[i]) > best) {
            second = i;
            best = rarity_of(lower_[i]);
        }
    }
    rare_ = probe_at(rare);
    second_ = probe_at(second);
}

int FoldedNeedle::rarity() const noexcept { return lower_.empty() ? 0 : rarity_of(rare_.byte); }

bool FoldedNeedle::stands_at(const char* at) const noexcept {
    const std::size_t size = lower_.size();
    std::size_t i = 0;
#if defined(__SSE2__)
    for (; i + 16 <= size; i += 16) {
        if (mask_of(folded_equal(load(at + i), load(folds_.data() + i), load(lower_.data() + i))) != 0xffff) return false;
    }
#endif
    for (; i < size; ++i) {
        if (fold(at[i], folds_[i]) != lower_[i]) return false;
    }
    return true;
}

const char* FoldedNeedle::find_one_by_one(const char* at, const char* last) const noexcept {
    for (; at <= last; ++at) {
        if (fold(at[rare_.offset], rare_.fold) == rare_.byte && stands_at(at)) return at;
    }
    return nullptr;
}

std::size_t FoldedNeedle::find(std::string_view text, std::size_t from) const noexcept {
    if (from > text.size() || text.size() - from < lower_.size()) return npos;
    if (lower_.empty()) return from;
    const char* const begin = text.data();
    const char* at = begin + from;
    const char* const last = begin + (text.size() - lower_.size());  // the last place where it may begin
    const auto place = [begin](const char* found) { return found == nullptr ? npos : static_cast<std::size_t>(found - begin); };
#if defined(__SSE2__)
    if (last - begin < kWidth - 1) return place(find_one_by_one(at, last));
    const __m128i rare_byte = _mm_set1_epi8(rare_.byte);
    const __m128i rare_fold = _mm_set1_epi8(rare_.fold);
    const __m128i second_byte = _mm_set1_epi8(second_.byte);
    const __m128i second_fold = _mm_set1_epi8(second_.fold);
    // Bit i: both probes are right for a needle that begins at p + i. Reads no further than a needle at p + 15 would reach.
    const auto candidates = [&](const char* p) {
        return mask_of(_mm_and_si128(folded_equal(load(p + rare_.offset), rare_fold, rare_byte),
                                     folded_equal(load(p + second_.offset), second_fold, second_byte)));
    };
    const auto look_closer = [&](const char* p, unsigned hits) -> const char* {
        for (; hits != 0; hits &= hits - 1) {
            const char* const candidate = p + std::countr_zero(hits);
            if (stands_at(candidate)) return candidate;
        }
        return nullptr;
    };
    for (; last - at >= kWidth - 1; at += kWidth) {
        if (const unsigned hits = candidates(at); hits != 0) {
            if (const char* const found = look_closer(at, hits)) return place(found);
        }
    }
    if (at > last) return npos;
    // The rest is less than a full step: step back so that it ends with the text, and leave out what was looked at.
    const char* const p = last - (kWidth - 1);
    return place(look_closer(p, candidates(p) & (0xffffU << (at - p))));
#else
    return place(find_one_by_one(at, last));
#endif
}

}  // namespace logchute
