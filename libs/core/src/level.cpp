#include "logchute/core/level.hpp"

#include <charconv>
#include <cstddef>

namespace logchute {
namespace {

/// Up to eight bytes as one number, ASCII letters lower-cased: a spelling is a case label, and two labels that clash do not compile.
constexpr std::uint64_t packed(std::string_view text) noexcept {
    std::uint64_t word = 0;
    for (const char c : text) {
        const bool upper = c >= 'A' && c <= 'Z';
        word = word << 8 | static_cast<unsigned char>(upper ? c + ('a' - 'A') : c);
    }
    return word;
}

constexpr std::size_t kPackedMax = 8;

bool equal_ignoring_case(std::string_view text, std::string_view lower) noexcept {
    if (text.size() != lower.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (packed(text.substr(i, 1)) != static_cast<unsigned char>(lower[i])) return false;
    }
    return true;
}

std::optional<Level> short_spelling(std::string_view text) noexcept {
    if (text.front() == '\0') return std::nullopt;  // packs like the text without it
    switch (packed(text)) {
        case packed("trace"):
        case packed("trc"):
        case packed("t"):
        case packed("verbose"):
        case packed("v"):
        case packed("finest"):
        case packed("finer"): return Level::trace;
        case packed("debug"):
        case packed("dbg"):
        case packed("d"):
        case packed("d1"):  // MongoDB's
        case packed("d2"):
        case packed("d3"):
        case packed("d4"):
        case packed("d5"):
        case packed("fine"):
        case packed("config"): return Level::debug;
        case packed("info"):
        case packed("inf"):
        case packed("i"):
        case packed("notice"):
        case packed("note"):
        case packed("n"):
        case packed("log"):  // PostgreSQL's
        case packed("success"): return Level::info;
        case packed("warn"):
        case packed("wrn"):
        case packed("warning"):
        case packed("w"): return Level::warn;
        case packed("error"):
        case packed("err"):
        case packed("e"):
        case packed("fail"):
        case packed("severe"): return Level::error;
        case packed("fatal"):
        case packed("ftl"):
        case packed("f"):
        case packed("critical"):
        case packed("crit"):
        case packed("crt"):
        case packed("c"):
        case packed("alert"):
        case packed("a"):
        case packed("assert"):
        case packed("emerg"):
        case packed("panic"):
        case packed("dpanic"): return Level::fatal;
        case packed("unknown"): return Level::unknown;
        default: return std::nullopt;
    }
}

struct LongSpelling {
    std::string_view lower;
    Level level;
};
constexpr std::array kLongSpellings{LongSpelling{"information", Level::info}, LongSpelling{"informational", Level::info},
                                    LongSpelling{"emergency", Level::fatal}};

/// "info2", "DEBUG5": OpenTelemetry and PostgreSQL number the steps within a level.
std::optional<Level> numbered_spelling(std::string_view text) noexcept {
    if (text.size() < 5 || text.front() == '\0' || text.back() < '1' || text.back() > '5') return std::nullopt;
    switch (packed(text.substr(0, text.size() - 1))) {
        case packed("trace"): return Level::trace;
        case packed("debug"): return Level::debug;
        case packed("info"): return Level::info;
        case packed("warn"): return Level::warn;
        case packed("error"): return Level::error;
        case packed("fatal"): return Level::fatal;
        default: return std::nullopt;
    }
}

std::string_view without_prefix(std::string_view text) noexcept {
    for (const std::string_view prefix : {"severity_number_", "severity_", "log_level_", "loglevel_", "level_"}) {
        if (text.size() > prefix.size() && equal_ignoring_case(text.substr(0, prefix.size()), prefix)) return text.substr(prefix.size());
    }
    return text;
}

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

std::optional<Level> numeric_spelling(std::string_view text) noexcept {
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return level_from_number(number);
}

}  // namespace

std::string_view to_string(Level level) noexcept {
    switch (level) {
        case Level::unknown: return "unknown";
        case Level::trace: return "trace";
        case Level::debug: return "debug";
        case Level::info: return "info";
        case Level::warn: return "warn";
        case Level::error: return "error";
        case Level::fatal: return "fatal";
    }
    return "unknown";
}

std::optional<Level> parse_level(std::string_view text) noexcept {
    if (text.empty()) return std::nullopt;
    if (text.size() <= kPackedMax) {
        if (const auto level = short_spelling(text)) return level;
    }
    text = without_prefix(trimmed(text));
    if (text.empty()) return std::nullopt;
    if (text.front() >= '0' && text.front() <= '9') return numeric_spelling(text);
    if (text.size() <= kPackedMax) {
        if (const auto level = short_spelling(text)) return level;
        return numbered_spelling(text);
    }
    for (const LongSpelling& spelling : kLongSpellings) {
        if (equal_ignoring_case(text, spelling.lower)) return spelling.level;
    }
    return std::nullopt;
}

std::optional<Level> level_from_number(std::int64_t number) noexcept {
    constexpr std::array kSyslog{Level::fatal, Level::fatal, Level::fatal, Level::error,
                                 Level::warn,  Level::info,  Level::info,  Level::debug};
    constexpr std::array kPino{Level::trace, Level::debug, Level::info, Level::warn, Level::error, Level::fatal};
    if (number >= 0 && number < 8) return kSyslog[static_cast<std::size_t>(number)];
    if (number >= 10 && number <= 60 && number % 10 == 0) return kPino[static_cast<std::size_t>(number / 10 - 1)];
    return std::nullopt;
}

}  // namespace logchute
