// The pieces of a search, and the places in it.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "logchute/core/search/query.hpp"

namespace logchute::search {

/// One piece of a search, up to the colon of a `name:`; what follows the colon is read by Lexer::value() and its neighbours.
struct Token {
    enum class Kind : std::uint8_t { end, open, close, minus, op_not, op_and, op_or, everything, words, name };
    Kind kind = Kind::end;
    std::size_t at = 0;     ///< Byte offset of its first character.
    std::string text;       ///< Of words and names, without quotes and escapes.
    bool open_end = false;  ///< Of words: a `*` behind.
};

/// What stands behind a `name:`, or behind a comma of its list.
struct ValueToken {
    std::size_t at = 0;
    std::string text;
    bool quoted = false;
    bool open_end = false;  ///< A `*` behind.
};

/// Reads a search from left to right. Borrows the text.
class Lexer {
public:
    /// `text` is valid UTF-8.
    explicit Lexer(std::string_view text) noexcept : text_(text) {}

    [[nodiscard]] std::expected<Token, SyntaxError> next();

    /// A quoted or bare value right here. `expected` is what to say if there is none.
    [[nodiscard]] std::expected<ValueToken, SyntaxError> value(const std::string& expected);
    /// Takes `sign` if it stands right here.
    [[nodiscard]] bool accept(char sign) noexcept;
    [[nodiscard]] std::size_t at() const noexcept { return at_; }
    /// Whether a term may end right here: at white space, a closing parenthesis, or the end.
    [[nodiscard]] bool at_term_end() const noexcept;
    /// The character right here; NUL at the end.
    [[nodiscard]] char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }

    /// An error at byte offset `at`, with its column in characters.
    [[nodiscard]] SyntaxError error(std::size_t at, std::string expected, std::string detail) const;

private:
    [[nodiscard]] std::expected<Token, SyntaxError> word();
    [[nodiscard]] std::expected<Token, SyntaxError> minus();
    [[nodiscard]] std::expected<std::string, SyntaxError> quoted();
    /// Everything up to white space, a quote, a parenthesis or one of `more`.
    [[nodiscard]] std::string_view bare(std::string_view more) noexcept;

    std::string_view text_;
    std::size_t at_ = 0;
};

/// The 1-based column, in characters, of byte offset `at`.
[[nodiscard]] std::size_t column_of(std::string_view text, std::size_t at) noexcept;
/// The byte offset of the first ill-formed UTF-8; empty for valid text.
[[nodiscard]] std::optional<std::size_t> first_invalid_utf8(std::string_view text) noexcept;
/// `text` as part of a message for people: cut where it is long.
[[nodiscard]] std::string excerpt(std::string_view text);

}  // namespace logchute::search
