// Walks the members of a JSON object whose every member is wanted, faster than json::next_member: the quotes of 64 bytes are found at once,
// and whether a string has escapes is known from the way.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "logchute/core/byte_blocks.hpp"
#include "logchute/core/json_text.hpp"

namespace logchute::json {

/// Gives the same members as next_member, on any text. Borrows the text.
class MemberReader {
public:
    explicit MemberReader(std::string_view object) noexcept : text_(object) {}

    /// Steps to the next member; false at the end, or where the text is no object.
    [[nodiscard]] bool next() noexcept {
        const std::size_t begin = skip_space(at_);
        if (peek(begin) != '{' && peek(begin) != ',') return false;
        const std::size_t key = skip_space(begin + 1);
        if (peek(key) != '"') return false;
        const std::size_t key_end = string_end(key, key_escaped_);
        const std::size_t colon = skip_space(key_end);
        if (peek(colon) != ':') return false;
        const std::size_t value = skip_space(colon + 1);
        const char first = peek(value);
        if (first == '{' || first == '[') return next_by_counting(begin);
        const std::size_t end = first == '"' ? string_end(value, value_escaped_) : scalar_end(value);
        if (end == value || end > text_.size()) return false;
        member_ = {text_.substr(key, key_end - key), text_.substr(value, end - value)};
        at_ = end;
        return true;
    }

    [[nodiscard]] const Member& member() const noexcept { return member_; }
    /// Key and value as text: unescaped, strings without quotes. Into `scratch` where there are escapes.
    [[nodiscard]] std::string_view key(std::string& scratch) const { return plain(member_.quoted_key, key_escaped_, scratch); }
    [[nodiscard]] std::string_view value(std::string& scratch) const {
        return member_.value.front() == '"' ? plain(member_.value, value_escaped_, scratch) : member_.value;
    }

private:
    struct QuotesAndBackslashes {
        static bool is(unsigned char c) noexcept { return c == '"' || c == '\\'; }
#if defined(__SSE2__)
        static __m128i are(__m128i bytes) noexcept {
            return _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
        }
#endif
    };

    static bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
    [[nodiscard]] static std::string_view plain(std::string_view string, bool escaped, std::string& scratch) {
        return escaped ? unquote(string, scratch) : string.substr(1, string.size() - 2);
    }

    [[nodiscard]] char peek(std::size_t at) const noexcept { return at < text_.size() ? text_[at] : '\0'; }
    [[nodiscard]] std::size_t skip_space(std::size_t at) const noexcept {
        while (at < text_.size() && is_space(text_[at])) ++at;
        return at;
    }

    /// The first quote or backslash at or after `at`; the text's size if there is none.
    [[nodiscard]] std::size_t find_mark(std::size_t at) noexcept {
        while (at < text_.size()) {
            const std::size_t block = at / detail::kBlock * detail::kBlock;
            if (block != block_) {
                const std::size_t left = text_.size() - block;
                marks_ = detail::block_bits<QuotesAndBackslashes>(text_.data(), text_.data() + block,
                                                                  left < detail::kBlock ? left : detail::kBlock);
                block_ = block;
            }
            if (const std::uint64_t marks = marks_ >> (at - block); marks != 0)
                return at + static_cast<std::size_t>(std::countr_zero(marks));
            at = block + detail::kBlock;
        }
        return text_.size();
    }

    /// Behind the string that begins at `quote`; past the text's end where it is not closed.
    [[nodiscard]] std::size_t string_end(std::size_t quote, bool& escaped) noexcept {
        escaped = false;
        std::size_t at = find_mark(quote + 1);
        while (peek(at) == '\\') {
            escaped = true;
            at = find_mark(at + 2);
        }
        return at < text_.size() ? at + 1 : text_.size() + 1;
    }

    [[nodiscard]] std::size_t scalar_end(std::size_t at) const noexcept {
        while (at < text_.size() && text_[at] != ',' && text_[at] != '}' && text_[at] != ']' && !is_space(text_[at])) ++at;
        return at;
    }

    /// A member whose value is an object or array: brackets have to be counted.
    [[nodiscard]] bool next_by_counting(std::size_t begin) noexcept {
        at_ = begin;
        const auto member = next_member(text_, at_);
        if (!member) return false;
        member_ = *member;
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    Member member_;
    bool key_escaped_ = false;
    bool value_escaped_ = false;
    std::size_t block_ = static_cast<std::size_t>(-1);  // where the block of marks_ begins
    std::uint64_t marks_ = 0;
};

}  // namespace logchute::json
