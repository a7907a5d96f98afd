// Writes one JSON object, member by member, into an arena: how a parser makes `fields` without a document and without allocating.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "arena.hpp"

namespace logchute {

/// Grows as needed and leaves behind in the arena exactly what it wrote; nothing, if it is dropped before finish().
/// While one is open, nobody else may allocate from its arena: it holds the arena's last piece.
/// Texts must be valid UTF-8 (checked by whoever calls); names are unique if the caller makes them so.
class JsonObjectBuilder {
public:
    /// `expected` bytes are room enough for most; more costs a copy.
    JsonObjectBuilder(ParsedBatch::Arena& arena, std::size_t expected) : arena_(arena), capacity_(expected + kSlack) {
        begin_ = at_ = arena_.allocate(capacity_);
        *at_++ = '{';
    }
    ~JsonObjectBuilder() {
        if (begin_ != nullptr) arena_.trim(capacity_, 0);
    }
    JsonObjectBuilder(const JsonObjectBuilder&) = delete;
    JsonObjectBuilder& operator=(const JsonObjectBuilder&) = delete;

    void add_string(std::string_view name, std::string_view text) {
        ensure(escaped_bound(name) + escaped_bound(text));
        open_member(name);
        write_quoted(text);
    }
    /// `json` is the text of any JSON value, taken as it stands.
    void add_json(std::string_view name, std::string_view json) {
        ensure(escaped_bound(name) + json.size());
        open_member(name);
        write(json);
    }
    /// The same for a name that comes with its quotes, as another JSON text has it.
    void add_quoted_json(std::string_view quoted_name, std::string_view json) {
        ensure(quoted_name.size() + json.size());
        if (!std::exchange(first_, false)) *at_++ = ',';
        write(quoted_name);
        *at_++ = ':';
        write(json);
    }
    /// Members as they stand in another JSON text, with the commas between them. Not empty.
    void add_members(std::string_view members) {
        ensure(members.size());
        if (!std::exchange(first_, false)) *at_++ = ',';
        write(members);
    }
    void add_number(std::string_view name, std::int64_t number) {
        ensure(escaped_bound(name) + kSlack);
        open_member(name);
        at_ = std::to_chars(at_, begin_ + capacity_, number).ptr;
    }
    /// What is added up to end_object() goes into an object of its own, which is the member `name`.
    void begin_object(std::string_view name) {
        ensure(escaped_bound(name));
        open_member(name);
        *at_++ = '{';
        first_ = true;
    }
    void end_object() {
        ensure(0);
        *at_++ = '}';
        first_ = false;
    }

    [[nodiscard]] bool empty() const noexcept { return at_ == begin_ + 1; }
    /// Closes the object; empty where it has no member. Nothing may be added afterwards.
    [[nodiscard]] std::string_view finish() {
        ensure(0);
        const bool is_empty = empty();
        *at_++ = '}';
        const std::string_view object(begin_, is_empty ? 0U : static_cast<std::size_t>(at_ - begin_));
        arena_.trim(capacity_, object.size());
        begin_ = nullptr;
        return object;
    }

private:
    /// Room for what stands around a member's name and value, and for a word written past the end of a text.
    static constexpr std::size_t kSlack = 32;
    /// Texts up to this size are given room for their worst case (all \u00XX); longer ones are counted first.
    static constexpr std::size_t kCountedFrom = 512;
    static constexpr std::uint64_t kOnes = 0x0101010101010101U;
    static constexpr std::uint64_t kHighs = 0x8080808080808080U;

    [[nodiscard]] static constexpr bool is_escaped(char c) noexcept {
        return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
    }
    [[nodiscard]] static std::size_t escaped_bound(std::string_view text) noexcept {
        if (text.size() < kCountedFrom) return 6 * text.size();
        std::size_t bound = text.size();
        for (const char c : text) bound += is_escaped(c) ? 5U : 0U;
        return bound;
    }
    /// Whether any of eight bytes is a control character, a quote or a backslash (exact as a whole, not byte for byte).
    [[nodiscard]] static bool has_escaped(std::uint64_t word) noexcept {
        const auto zero_byte = [](std::uint64_t x) { return (x - kOnes) & ~x & kHighs; };
        const std::uint64_t control = (word - kOnes * 0x20) & ~word & kHighs;
        return (control | zero_byte(word ^ (kOnes * '"')) | zero_byte(word ^ (kOnes * '\\'))) != 0;
    }

    void ensure(std::size_t size) {
        if (capacity_ - static_cast<std::size_t>(at_ - begin_) < size + kSlack) grow(size);
    }
    void grow(std::size_t size) {
        const auto used = static_cast<std::size_t>(at_ - begin_);
        const std::size_t capacity = 2 * capacity_ + size + kSlack;
        char* const begin = arena_.allocate(capacity);
        std::memcpy(begin, begin_, used);
        begin_ = begin;
        at_ = begin + used;
        capacity_ = capacity;
    }
    void write(std::string_view text) noexcept {
        text.copy(at_, text.size());  // unlike memcpy, takes an empty view of nothing
        at_ += text.size();
    }
    void open_member(std::string_view name) noexcept {
        if (!std::exchange(first_, false)) *at_++ = ',';
        write_quoted(name);
        *at_++ = ':';
    }
    void write_quoted(std::string_view text) noexcept {
        *at_++ = '"';
        const char* from = text.data();
        const char* const end = from + text.size();
        const char* const begin = at_;
        while (end - from >= 8) {
            if (copy_word<std::uint64_t>(from, at_)) {
                from += 8;
                at_ += 8;
            } else {
                for (const char* const stop = from + 8; from != stop; ++from) write_char(*from);
            }
        }
        if (at_ - begin == from - text.data() && copy_tail(from, static_cast<std::size_t>(end - from), text.size())) {
            from = end;
        }
        for (; from != end; ++from) write_char(*from);
        *at_++ = '"';
    }
    /// The last bytes of a text that needed no escapes so far, `left` of `size`, in words that overlap what was written already. False where
    /// they do.
    bool copy_tail(const char* from, std::size_t left, std::size_t size) noexcept {
        const char* const end = from + left;
        char* const to = at_ + left;
        const bool is_copied = size >= 8 ? copy_word<std::uint64_t>(end - 8, to - 8)
                                         : size >= 4 && copy_word<std::uint32_t>(from, at_) && copy_word<std::uint32_t>(end - 4, to - 4);
        if (is_copied) at_ = to;
        return is_copied;
    }
    /// False where a byte of the word must be escaped; then nothing is written.
    template <class Word>
    static bool copy_word(const char* from, char* to) noexcept {
        constexpr std::uint64_t kBlanksAbove = sizeof(Word) == 4 ? 0x2020202000000000U : 0;
        Word word;
        std::memcpy(&word, from, sizeof word);
        if (has_escaped(word | kBlanksAbove)) return false;
        std::memcpy(to, &word, sizeof word);
        return true;
    }
    void write_char(char c) noexcept {
        if (!is_escaped(c)) {
            *at_++ = c;
            return;
        }
        *at_++ = '\\';
        switch (c) {
            case '"':
            case '\\': *at_++ = c; return;
            case '\n': *at_++ = 'n'; return;
            case '\r': *at_++ = 'r'; return;
            case '\t': *at_++ = 't'; return;
            default: break;
        }
        constexpr char kHex[] = "0123456789abcdef";
        const auto byte = static_cast<unsigned char>(c);
        write("u00");
        *at_++ = kHex[byte >> 4U];
        *at_++ = kHex[byte & 15U];
    }

    ParsedBatch::Arena& arena_;
    std::size_t capacity_;
    char* begin_;
    char* at_;
    bool first_ = true;
};

}  // namespace logchute
