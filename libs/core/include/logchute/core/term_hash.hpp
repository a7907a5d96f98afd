// The hash behind the filters beside each block of rows. What it gives is stored on disk: it never changes.
//
// It folds 16 bytes a step through one 64 x 64 -> 128 bit multiplication (the scheme of wyhash), because terms are short: a few nanoseconds
// each, inline, where a hash made for long inputs spends more on its set-up.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace logchute {
namespace detail {

inline constexpr std::uint64_t kHashA = 0x8c6f5d1b3a94e7c9;
inline constexpr std::uint64_t kHashB = 0xb3d2a7c5964f1e35;
inline constexpr std::uint64_t kTokenSeed = 0x9e3779b97f4a7c15;
inline constexpr std::uint64_t kNameSeed = 0xd6e8feb86659fd93;

__extension__ using Uint128 = unsigned __int128;

[[nodiscard]] constexpr std::uint64_t fold_product(std::uint64_t a, std::uint64_t b) noexcept {
    const Uint128 product = static_cast<Uint128>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

template <class Word>
[[nodiscard]] inline std::uint64_t read_little(const char* at) noexcept {
    Word word;
    std::memcpy(&word, at, sizeof word);
    if constexpr (std::endian::native == std::endian::big) {
        word = sizeof word == 8 ? static_cast<Word>(__builtin_bswap64(word))
                                : static_cast<Word>(__builtin_bswap32(static_cast<std::uint32_t>(word)));
    }
    return word;
}

/// With kFoldCase, bit 0x20 is set in every byte first: that is all it takes to make ASCII letters equal, leaves digits and `_` apart, and
/// costs one instruction. Beyond ASCII it also makes a few different bytes equal, which a filter may do.
template <bool kFoldCase>
[[nodiscard]] inline std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) noexcept {
    constexpr std::uint64_t kBits = kFoldCase ? 0x2020202020202020 : 0;
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    const auto word8 = [](const char* p) { return read_little<std::uint64_t>(p) | kBits; };
    const auto word4 = [](const char* p) { return read_little<std::uint32_t>(p) | (kBits & 0xffffffff); };
    const auto byte = [](const char* p) { return static_cast<std::uint64_t>(static_cast<unsigned char>(*p)) | (kBits & 0xff); };

    for (; left > 16; left -= 16, at += 16) seed = fold_product(word8(at) ^ kHashA, word8(at + 8) ^ seed);
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    if (left >= 8) {
        a = word8(at);
        b = word8(at + left - 8);  // the two overlap where there are fewer than 16
    } else if (left >= 4) {
        a = word4(at);
        b = word4(at + left - 4);
    } else if (left > 0) {
        a = byte(at) << 16 | byte(at + left / 2) << 8 | byte(at + left - 1);
    }
    return fold_product(kHashB ^ bytes.size(), fold_product(a ^ kHashA, b ^ seed));
}

}  // namespace detail

/// A name, to be hashed once for many values.
[[nodiscard]] inline std::uint64_t name_hash(std::string_view name) noexcept { return detail::hash_bytes<false>(name, detail::kNameSeed); }

/// The term `name:value`, with case.
[[nodiscard]] inline std::uint64_t pair_hash(std::uint64_t name, std::string_view value) noexcept {
    return detail::hash_bytes<false>(value, name);
}

}  // namespace logchute
