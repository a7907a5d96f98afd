// Reads one line of JSON that nobody has vouched for: checks all of it, and says where each value stands.
//
// Why not simdjson's On-Demand: a record keeps its fields and tags as slices of the line, so every byte has to be checked, also in values
// that nobody asks for, and On-Demand leaves those unchecked. Walking them all with it (still without checking escapes, finding a key or
// reading a time) made 0.88 GB/s on lines of 250 bytes, where this makes more than 1 GB/s with the record filled in; see docs/performance.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "json_string.hpp"
#include "logchute/core/json_text.hpp"

namespace logchute::json {

/// A value (or key) and where it stands. Not initialised: the scanner fills it in place.
struct Scanned {
    std::string_view text;  ///< As it stands; a string with its quotes.
    Kind kind;
    bool escaped;  ///< A string with a backslash in it.
    std::uint16_t depth;  ///< Nesting: 0 for scalars, 1 for `{}` and `[1]`, 2 for `[[]]`.

    [[nodiscard]] std::string_view inner() const noexcept { return text.substr(1, text.size() - 2); }  ///< Of a string.
};

/// Nesting that is refused rather than followed: the scanner recurses.
inline constexpr unsigned kScanDepthMax = 512;

/// Checks one line. Each function takes where it begins and returns where it ends, so that the place stays in a register, or null at the first
/// fault: then problem() and column() say what is wrong and where.
class Scanner {
public:
    /// Bytes from `text` up to `readable_end` may be read, though only `text` is looked at.
    Scanner(std::string_view text, const char* readable_end) noexcept
        : begin_(text.data()), end_(begin_ + text.size()), readable_end_(readable_end) {}

    [[nodiscard]] const char* begin() const noexcept { return begin_; }
    [[nodiscard]] const char* end() const noexcept { return end_; }

    [[nodiscard]] const char* skip_space(const char* at) const noexcept {
        while (at != end_ && static_cast<unsigned char>(*at) <= ' ' && is_space(*at)) ++at;
        return at;
    }
    /// At '{': calls `on_member(key, at)` for each member, which reads the value at `at`, with value(), and returns where that ends.
    template <class OnMember>
    [[nodiscard]] const char* object(const char* at, OnMember&& on_member);
    /// Any value. `out.depth` is counted from here.
    [[nodiscard]] const char* value(const char* at, Scanned& out) {
        if (is(at, '"')) [[likely]]
            return string(at, out);
        level_ = deepest_ = 0;
        return any(at, out);
    }

    /// Bytes beyond ASCII were seen; whether they are UTF-8 is the caller's to check.
    [[nodiscard]] bool beyond_ascii() const noexcept { return beyond_ascii_; }
    /// Half a surrogate pair ("\ud800") was seen: JSON by its grammar, no text by anybody's.
    [[nodiscard]] bool needs_repair() const noexcept { return needs_repair_; }
    /// A key that may be "_rejected" was seen inside a value.
    [[nodiscard]] bool may_have_rejected() const noexcept { return may_have_rejected_; }

    const char* fail(const char* at, const char* problem) noexcept {
        failed_at_ = at;
        problem_ = problem;
        return nullptr;
    }
    [[nodiscard]] const char* problem() const noexcept { return problem_; }
    [[nodiscard]] const char* failed_at() const noexcept { return failed_at_; }
    [[nodiscard]] std::size_t column() const noexcept { return static_cast<std::size_t>(failed_at_ - begin_) + 1; }  ///< 1-based, in bytes.

private:
    static constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
    static constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
    [[nodiscard]] bool is(const char* at, char c) const noexcept { return at != end_ && *at == c; }
    [[nodiscard]] bool is_digit_at(const char* at) const noexcept { return at != end_ && is_digit(*at); }
    [[nodiscard]] const char* skip_digits(const char* at) const noexcept {
        while (is_digit_at(at)) ++at;
        return at;
    }

    const char* string(const char* at, Scanned& out) noexcept;
    const char* any(const char* at, Scanned& out);
    const char* escape(const char* at) noexcept;
    const char* unicode_escape(const char* at) noexcept;
    const char* number(const char* at, Scanned& out) noexcept;
    const char* literal(const char* at, Scanned& out, std::string_view word, Kind kind) noexcept;
    const char* container(const char* at, Scanned& out);
    const char* nested_object(const char* at);
    const char* array(const char* at);

    const char* const begin_;
    const char* const end_;
    const char* const readable_end_;
    const char* failed_at_ = nullptr;
    const char* problem_ = "";
    unsigned level_ = 0;
    unsigned deepest_ = 0;
    bool beyond_ascii_ = false;
    bool needs_repair_ = false;
    bool may_have_rejected_ = false;
};

/// Whether a number of JSON is too large for a double. (Too small is no trouble: it reads as 0.)
[[nodiscard]] bool is_beyond_double(std::string_view number) noexcept;

inline const char* Scanner::string(const char* at, Scanned& out) noexcept {
    const char* const begin = at++;
    bool escaped = false;
    while (true) {
        at = find_special(at, end_, readable_end_, beyond_ascii_);
        if (at == end_) return fail(begin, "this string is not closed");
        if (*at == '"') break;
        if (*at != '\\') return fail(at, "control characters in strings must be escaped");
        at = escape(at);
        if (at == nullptr) return nullptr;
        escaped = true;
    }
    ++at;
    out.text = std::string_view(begin, static_cast<std::size_t>(at - begin));
    out.kind = Kind::string;
    out.escaped = escaped;
    out.depth = 0;
    return at;
}

template <class OnMember>
const char* Scanner::object(const char* at, OnMember&& on_member) {
    at = skip_space(at + 1);
    if (is(at, '}')) return at + 1;
    while (true) {
        Scanned key;
        if (!is(at, '"')) return fail(at, "expected a name in double quotes");
        at = string(at, key);
        if (at == nullptr) return nullptr;
        at = skip_space(at);
        if (!is(at, ':')) return fail(at, "expected ':' after the name");
        at = on_member(key, skip_space(at + 1));
        if (at == nullptr) return nullptr;
        at = skip_space(at);
        if (is(at, '}')) return at + 1;
        if (!is(at, ',')) return fail(at, at == end_ ? "the object is not closed" : "expected ',' or '}'");
        at = skip_space(at + 1);
    }
}

}  // namespace logchute::json
