// Tokens: what a word is, in searches, in the filters beside each block, and in keyword counts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "logchute/core/folded_needle.hpp"

namespace logchute {

/// Letters, digits, `_` and every byte beyond ASCII.
[[nodiscard]] constexpr bool is_token_char(unsigned char c) noexcept;

/// Whether `sought` stands in `text`, ASCII letters compared without case, not inside a longer token: where an end of `sought` is a token
/// character, its neighbour outside is not. `open_end` lifts that at the end (`word*`). An empty `sought` is found in every text.
/// A searcher is made once per search and used from many threads.
class WordSearcher {
public:
    WordSearcher(std::string_view sought, bool open_end);
    [[nodiscard]] bool found_in(std::string_view text) const noexcept;
    [[nodiscard]] const std::string& sought() const noexcept { return needle_.lower(); }  ///< ASCII lower-cased.
    [[nodiscard]] bool open_end() const noexcept { return open_end_; }

private:
    [[nodiscard]] bool stands_alone(std::string_view text, std::size_t at) const noexcept;

    FoldedNeedle needle_;
    bool open_end_;
    bool begins_in_token_;  // so what stands before it must not be of a token
    bool ends_in_token_;    // so what stands behind it must not be of a token; never with open_end_
};

/// Hash of one token, the same however its ASCII letters are cased (and for a few other spellings beyond ASCII: a filter may say "maybe"
/// too often, never "no"). Stored in filters on disk: never changes.
[[nodiscard]] inline std::uint64_t token_hash(std::string_view token) noexcept;

/// Calls `visit(token)` for every maximal run of token characters of `text`, as it stands.
template <class Visitor>
void for_each_token(std::string_view text, Visitor&& visit) {
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
        while (at != end && !is_token_char(static_cast<unsigned char>(*at))) ++at;
        const char* const begin = at;
        while (at != end && is_token_char(static_cast<unsigned char>(*at))) ++at;
        if (at != begin) visit(std::string_view(begin, static_cast<std::size_t>(at - begin)));
    }
}

/// Calls `visit(hash)` with token_hash of every token of `text`: the hot path of ingestion, faster than for_each_token and token_hash.
template <class Visitor>
void for_each_token_hash(std::string_view text, Visitor&& visit);

}  // namespace logchute

#include "logchute/core/tokens_inline.hpp"
