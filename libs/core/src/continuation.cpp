// Which lines belong to the record before them. Each line is judged alone, so the rules keep to what hardly ever begins a record: taking a
// record for a continuation loses it from sight, while the other mistake only leaves a trace in pieces.

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "logchute/core/batch_parser.hpp"

namespace logchute {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
constexpr bool is_word(char c) noexcept { return is_upper(c) || (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; }

constexpr std::array<std::string_view, 12> kPrefixes{
    "Caused by:",  // Java
    "Suppressed:",
    "Wrapped by:",
    "Traceback (most recent call last):",  // Python
    "During handling of the above exception, ",
    "The above exception was the direct cause ",
    "[signal SIG",       // Go
    "stack backtrace:",  // Rust
    "note: run with `RUST_BACKTRACE",
    "note: Some details are omitted, run with `RUST_BACKTRACE",
    "--- End of ",  // .NET
    "---> ",
};

/// "... 7 more", "... 12 common frames omitted"
bool is_frames_left_out(std::string_view line) noexcept {
    if (!line.starts_with("... ")) return false;
    const std::size_t digits_end = line.find_first_not_of("0123456789", 4);
    if (digits_end == line.npos || digits_end == 4) return false;
    const std::string_view rest = line.substr(digits_end);
    return rest == " more" || rest.starts_with(" common frames");
}

/// "goroutine 17 [running]:"
bool is_goroutine(std::string_view line) noexcept {
    constexpr std::string_view kHead = "goroutine ";
    if (!line.starts_with(kHead)) return false;
    const std::size_t digits_end = line.find_first_not_of("0123456789", kHead.size());
    return digits_end != line.npos && digits_end > kHead.size() && line.substr(digits_end).starts_with(" [") && line.ends_with("]:");
}

/// "main.main()", "net/http.(*conn).serve(0xc000112000, {0x6d1f68, 0xc00010e8a0})": a frame of Go, whose place follows indented.
bool is_go_frame(std::string_view line) noexcept {
    if (!line.ends_with(')') || line.front() == '(') return false;
    const std::size_t dot = line.find('.');
    const std::size_t arguments = line.rfind('(');
    if (dot == line.npos || arguments == line.npos || arguments < dot + 2 || line.find(' ') < arguments) return false;
    const std::string_view inside = line.substr(arguments + 1, line.size() - arguments - 2);
    const bool is_address = inside.starts_with("0x") || inside.starts_with("{0x");
    if (!inside.empty() && inside != "..." && !is_address) return false;
    const auto is_name = [](char c) { return is_word(c) || std::string_view("./-*()[]%").find(c) != std::string_view::npos; };
    return std::ranges::all_of(line.substr(0, arguments), is_name);
}

/// "created by net/http.(*Server).Serve in goroutine 1"
bool is_go_creator(std::string_view line) noexcept {
    constexpr std::string_view kHead = "created by ";
    if (!line.starts_with(kHead)) return false;
    line.remove_prefix(kHead.size());
    const std::string_view name = line.substr(0, line.find(' '));
    return name.find('.') != name.npos && !name.ends_with('.') &&
           (name.size() == line.size() || line.substr(name.size()).starts_with(" in goroutine "));
}

/// "ValueError: not a number", "java.io.IOException": the class of an exception alone or with its text, the last line of a trace in Python
/// and the first in Java. Not "Error: ..." and not "error: ...", which many programs begin their messages with.
bool is_exception(std::string_view line) noexcept {
    const auto is_name = [](char c) { return is_word(c) || c == '.' || c == '$'; };
    const std::string_view name(line.begin(), std::ranges::find_if_not(line, is_name));
    const std::string_view rest = line.substr(name.size());
    if (!rest.empty() && rest != ":" && !rest.starts_with(": ")) return false;
    const std::size_t last_dot = name.rfind('.');
    const std::string_view type = last_dot == name.npos ? name : name.substr(last_dot + 1);
    if (type.empty() || !is_upper(type.front())) return false;
    for (const std::string_view ending : {"Error", "Exception", "Throwable", "Interrupt", "Iteration"}) {
        if (type.ends_with(ending) && (type.size() > ending.size() || last_dot != name.npos)) return true;
    }
    return false;
}

/// "}", "});", "]," : the end of something printed over several lines.
bool is_closing(std::string_view line) noexcept {
    const auto end = std::min(line.find_last_not_of(" \t,;") + 1, line.size());
    return end != 0 && std::ranges::all_of(line.substr(0, end), [](char c) { return c == '}' || c == ')' || c == ']'; });
}

}  // namespace

bool is_continuation(std::string_view line) noexcept {
    if (line.empty()) return false;
    switch (line.front()) {
        case ' ':
        case '\t': return line.find_first_not_of(" \t\r\v\f") != line.npos;
        case '.': return is_frames_left_out(line);
        case '}':
        case ')':
        case ']': return is_closing(line);
        default: break;
    }
    // Most records begin with a digit or a bracket.
    if (is_digit(line.front())) return false;
    if (std::ranges::any_of(kPrefixes, [line](std::string_view prefix) { return line.starts_with(prefix); })) return true;
    return is_exception(line) || is_goroutine(line) || is_go_frame(line) || is_go_creator(line);
}

}  // namespace logchute
