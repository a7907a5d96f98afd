// A Bloom filter whose bits for one term lie in one cache line: which terms may be in a block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "duckdb/term_set.hpp"

namespace logchute::store::duck {

/// 64 bytes, eight words; a term has one bit in each word.
inline constexpr std::size_t kFilterLineWords = 8;

/// The filter of `terms`: about 12 bits for each, so that fewer than one absent term in 100 is taken for a present one.
[[nodiscard]] std::vector<std::uint64_t> build_filter(TermSet& terms);

/// False is certain. `words` is what build_filter made: a multiple of kFilterLineWords; an empty one holds nothing.
[[nodiscard]] bool filter_may_contain(std::span<const std::uint64_t> words, std::uint64_t hash) noexcept;

}  // namespace logchute::store::duck
