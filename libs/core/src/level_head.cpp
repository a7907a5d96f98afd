#include "level_head.hpp"

#include <algorithm>

namespace logchute {
namespace {

constexpr std::size_t kWordMax = 13;  // informational

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
constexpr bool is_letter(char c) noexcept { return is_upper(c) || (c >= 'a' && c <= 'z'); }
constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }
constexpr char peek(std::string_view text, std::size_t at) noexcept { return at < text.size() ? text[at] : '\0'; }
constexpr bool ends_word(std::string_view text, std::size_t at) noexcept {
    return at >= text.size() || is_blank(text[at]) || text[at] == '\n';
}

std::size_t skip_blanks(std::string_view text, std::size_t at) noexcept {
    while (is_blank(peek(text, at))) ++at;
    return at;
}

std::size_t letters_at(std::string_view text, std::size_t at) noexcept {
    std::size_t size = 0;
    while (size <= kWordMax && is_letter(peek(text, at + size))) ++size;
    return size;
}

char closing_of(char bracket) noexcept {
    switch (bracket) {
        case '[': return ']';
        case '(': return ')';
        case '<': return '>';
        default: return '\0';
    }
}

/// A level that has one; "unknown" says nothing.
std::optional<Level> level_of(std::string_view word) noexcept {
    const auto level = parse_level(word);
    return level && *level != Level::unknown ? level : std::nullopt;
}

/// The words that log libraries write. parse_level knows more, NOTE and FAIL among them, which are as often words of the text.
bool is_usual(std::string_view capitals) noexcept {
    switch (capitals.size()) {
        case 3:
            return capitals == "ERR" || capitals == "WRN" || capitals == "INF" || capitals == "DBG" || capitals == "TRC" ||
                   capitals == "FTL";
        case 4: return capitals == "INFO" || capitals == "WARN" || capitals == "CRIT";
        case 5: return capitals == "ERROR" || capitals == "DEBUG" || capitals == "TRACE" || capitals == "FATAL" || capitals == "EMERG";
        case 6: return capitals == "NOTICE" || capitals == "SEVERE";
        case 7: return capitals == "WARNING" || capitals == "VERBOSE";
        case 8: return capitals == "CRITICAL";
        case 11: return capitals == "INFORMATION";
        default: return false;
    }
}

bool is_capitals(std::string_view word) noexcept { return std::ranges::all_of(word, is_upper); }

/// The level in capitals at `at`; its size through `size`.
std::optional<Level> usual_word(std::string_view text, std::size_t at, std::size_t& size) noexcept {
    size = letters_at(text, at);
    const std::string_view word = text.substr(std::min(at, text.size()), size);
    if (size < 3 || !is_capitals(word) || !is_usual(word)) return std::nullopt;
    return level_of(word);
}

/// Blanks, and one separator with its blanks.
std::size_t skip_separator(std::string_view text, std::size_t at) noexcept {
    at = skip_blanks(text, at);
    const char c = peek(text, at);
    const bool is_separator = c == ':' || c == ',' || c == '|' || (c == '-' && ends_word(text, at + 1));
    return is_separator ? skip_blanks(text, at + 1) : at;
}

/// "[notice]", "[ WARN ]", "[core:error]".
std::optional<LevelHead> read_bracketed(std::string_view text, Behind behind) noexcept {
    constexpr std::size_t kInsideMax = 48;
    const std::size_t close = text.substr(0, kInsideMax).find(closing_of(text.front()));
    if (close == text.npos) return std::nullopt;
    std::string_view inside = text.substr(1, close - 1);
    while (!inside.empty() && is_blank(inside.front())) inside.remove_prefix(1);
    while (!inside.empty() && is_blank(inside.back())) inside.remove_suffix(1);
    const std::size_t colon = inside.rfind(':');
    const std::string_view word = colon == inside.npos ? inside : inside.substr(colon + 1);
    // A letter alone may be anything, and a number is no level here.
    if (word.size() < (behind == Behind::time ? 1U : 3U) || !std::ranges::all_of(word, is_letter)) return std::nullopt;
    const auto level = level_of(word);
    if (!level) return std::nullopt;
    return LevelHead{*level, colon == inside.npos ? skip_separator(text, close + 1) : 0};
}

/// "app.ERROR: x", as Monolog writes it.
std::optional<LevelHead> read_channel(std::string_view text) noexcept {
    constexpr std::size_t kChannelMax = 48;
    const std::size_t dot = text.substr(0, kChannelMax).find('.');
    const std::size_t blank = text.substr(0, kChannelMax).find(' ');
    if (dot == text.npos || dot > blank) return std::nullopt;
    std::size_t size = 0;
    const auto level = usual_word(text, dot + 1, size);
    if (!level || peek(text, dot + 1 + size) != ':') return std::nullopt;
    return LevelHead{*level, 0};
}

}  // namespace

std::optional<LevelHead> read_level_head(std::string_view text, Behind behind) noexcept {
    if (text.empty()) return std::nullopt;
    if (closing_of(text.front()) != '\0') return read_bracketed(text, behind);
    const std::size_t size = letters_at(text, 0);
    if (size >= 3 && size <= kWordMax) {
        const std::string_view word = text.substr(0, size);
        const char next = peek(text, size);
        const bool is_bare = ends_word(text, size) || next == '|' || next == ',' || next == ']';
        if (is_bare || next == ':') {
            if (is_capitals(word) && is_usual(word)) return LevelHead{level_of(word).value_or(Level::unknown), skip_separator(text, size)};
            const bool counts = next == ':' ? ends_word(text, size + 1) || is_capitals(word) : behind == Behind::time && is_blank(next);
            if (const auto level = counts ? level_of(word) : std::nullopt) return LevelHead{*level, 0};
        }
    }
    return behind == Behind::time ? read_channel(text) : std::nullopt;
}

std::optional<Level> find_level_nearby(std::string_view text, Behind behind) noexcept {
    constexpr std::size_t kBytesMax = 160;
    constexpr int kWordsMax = 6;
    text = text.substr(0, std::min(kBytesMax, text.find('\n')));
    bool name_allowed = behind == Behind::time;
    std::size_t at = 0;
    for (int words = 0; words < kWordsMax; ++words) {
        at = skip_blanks(text, at);
        if (at >= text.size()) break;
        std::size_t size = 0;
        if (const auto level = usual_word(text, at, size)) {
            const char next = peek(text, at + size);
            if (ends_word(text, at + size) || next == ':' || next == ']' || next == '|' || next == ',') return level;
        }
        const char c = text[at];
        if (const char close = closing_of(c)) {
            const std::string_view rest = text.substr(at);
            if (const auto head = read_bracketed(rest, Behind::nothing)) return head->level;
            const std::size_t end = rest.find(close);
            if (end == rest.npos) break;
            at += end + 1;
            if (peek(text, at) == ':') ++at;
            continue;
        }
        const std::string_view word = text.substr(at, text.find_first_of(" \t", at) - at);
        const bool is_separator = word.find_first_not_of("-|:") == word.npos;
        // Numbers: threads, processes, a time of day. Without a time in front only the latter.
        const bool is_number = is_digit(c) && word.find_first_not_of("0123456789.,:#-") == word.npos;
        const bool may_pass = is_separator || (is_number && (behind == Behind::time || word.find(':') != word.npos));
        at += word.size();
        if (may_pass) continue;
        // One name, between separators.
        const std::size_t next = skip_blanks(text, at);
        if (!name_allowed || (peek(text, next) != '-' && peek(text, next) != '|') || !ends_word(text, next + 1)) break;
        name_allowed = false;
    }
    return std::nullopt;
}

}  // namespace logchute
