#include "lexer.hpp"

#include <algorithm>

#include "logchute/core/json_text.hpp"

namespace logchute::search {
namespace {

constexpr std::string_view kSpace = " \t\r\n\v\f";

bool is_space(char c) noexcept { return kSpace.find(c) != std::string_view::npos; }

bool continues_character(char c) noexcept { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

std::size_t utf8_length(char lead) noexcept {
    const auto byte = static_cast<unsigned char>(lead);
    return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

/// Takes the `*` off the end of a bare word that is more than that.
bool take_star(std::string_view& word) noexcept {
    if (word.size() < 2 || word.back() != '*') return false;
    word.remove_suffix(1);
    return true;
}

}  // namespace

std::size_t column_of(std::string_view text, std::size_t at) noexcept {
    return 1 + static_cast<std::size_t>(std::ranges::count_if(text.substr(0, at), [](char c) { return !continues_character(c); }));
}

std::optional<std::size_t> first_invalid_utf8(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view character = text.substr(at, utf8_length(text[at]));
        if (!json::is_valid_utf8(character)) return at;
        at += character.size();
    }
    return std::nullopt;
}

std::string excerpt(std::string_view text) {
    constexpr std::size_t kShown = 60;
    if (text.size() <= kShown) return std::string(text);
    std::size_t end = kShown;
    while (end > 0 && continues_character(text[end])) --end;
    return std::string(text.substr(0, end)) + "...";
}

SyntaxError Lexer::error(std::size_t at, std::string expected, std::string detail) const {
    return {column_of(text_, at), std::move(expected), std::move(detail)};
}

bool Lexer::accept(char sign) noexcept {
    if (at_ >= text_.size() || text_[at_] != sign) return false;
    ++at_;
    return true;
}

bool Lexer::at_term_end() const noexcept { return at_ == text_.size() || text_[at_] == ')' || is_space(text_[at_]); }

std::string_view Lexer::bare(std::string_view more) noexcept {
    const std::size_t from = at_;
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (is_space(c) || c == '"' || c == '(' || c == ')' || more.find(c) != std::string_view::npos) break;
        ++at_;
    }
    return text_.substr(from, at_ - from);
}

std::expected<std::string, SyntaxError> Lexer::quoted() {
    const std::size_t open = at_++;
    std::string content;
    while (at_ < text_.size()) {
        const char c = text_[at_++];
        if (c == '"') return content;
        // Only \" and \\ are escapes; any other backslash stands for itself, so that "\d+" is the regular expression it looks like.
        const bool escapes = c == '\\' && (peek() == '"' || peek() == '\\');
        content += escapes ? text_[at_++] : c;
    }
    return std::unexpected(error(text_.size(), "a closing quote (\")",
                                 "The quote opened at column " + std::to_string(column_of(text_, open)) +
                                     " is not closed: add a quote at its end, or write \\\" for a quote inside quotes."));
}

std::expected<Token, SyntaxError> Lexer::minus() {
    const std::size_t at = at_++;
    if (at_ == text_.size() || is_space(peek())) {
        return std::unexpected(
            error(at_, "a term right after '-'",
                  "A '-' negates the term that follows without a space: write -term, or \"-\" in quotes to find the sign."));
    }
    return Token{Token::Kind::minus, at, {}, false};
}

std::expected<Token, SyntaxError> Lexer::word() {
    Token token{Token::Kind::words, at_, {}, false};
    const bool in_quotes = peek() == '"';
    if (in_quotes) {
        auto content = quoted();
        if (!content) return std::unexpected(std::move(content.error()));
        token.text = std::move(*content);
    } else {
        token.text = bare(":");
    }
    if (accept(':')) {
        token.kind = Token::Kind::name;
        if (token.text.empty()) {
            return std::unexpected(
                error(token.at, "a name before ':'", "Write name:value, or put text that holds a colon in quotes: \"12:30\"."));
        }
        return token;
    }
    if (in_quotes) {
        token.open_end = accept('*');
        return token;
    }
    if (token.text == "*") token.kind = Token::Kind::everything;
    if (token.text == "AND") token.kind = Token::Kind::op_and;
    if (token.text == "OR") token.kind = Token::Kind::op_or;
    if (token.text == "NOT") token.kind = Token::Kind::op_not;
    std::string_view text = token.text;
    token.open_end = take_star(text);
    token.text.resize(text.size());
    return token;
}

std::expected<Token, SyntaxError> Lexer::next() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    if (at_ == text_.size()) return Token{Token::Kind::end, at_, {}, false};
    switch (peek()) {
        case '(': return Token{Token::Kind::open, at_++, {}, false};
        case ')': return Token{Token::Kind::close, at_++, {}, false};
        case '-': return minus();
        default: return word();
    }
}

std::expected<ValueToken, SyntaxError> Lexer::value(const std::string& expected) {
    ValueToken value{at_, {}, peek() == '"', false};
    if (value.quoted) {
        auto content = quoted();
        if (!content) return std::unexpected(std::move(content.error()));
        value.text = std::move(*content);
        value.open_end = accept('*');
        return value;
    }
    std::string_view text = bare(",");
    if (text.empty()) {
        return std::unexpected(error(value.at, expected,
                                     "Write the value right behind the sign, without a space; put it in quotes if it holds "
                                     "spaces, commas, quotes or parentheses."));
    }
    value.open_end = take_star(text);
    value.text = text;
    return value;
}

}  // namespace logchute::search
