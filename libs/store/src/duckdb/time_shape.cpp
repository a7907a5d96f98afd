#include "duckdb/time_shape.hpp"

#include <array>
#include <chrono>

namespace logchute::store::duck {
namespace {

// The head of a time up to its seconds, what stands between them and a fraction, and what follows. %-letters are strftime's; %s is epoch
// seconds. The place in this table is on disk: add at the end, never reorder.
struct Pattern {
    std::string_view head;
    char mark;
    std::string_view tail;
};
constexpr std::array kPatterns{
    Pattern{"%Y-%m-%dT%H:%M:%S", '.', "Z"},
    Pattern{"%Y-%m-%d %H:%M:%S", ',', ""},
    Pattern{"%Y-%m-%d %H:%M:%S", '.', ""},
    Pattern{"%Y-%m-%dT%H:%M:%S", '.', "+00:00"},
    Pattern{"%s", '.', ""},
    Pattern{"%s", '\0', ""},  // Milli-, micro- and nanoseconds: the fraction follows without a mark.
    Pattern{"%b %e %H:%M:%S", '.', ""},
    Pattern{"%a %b %d %H:%M:%S %Y", '.', ""},
    Pattern{"%d/%b/%Y:%H:%M:%S +0000", '.', ""},
    Pattern{"%y%m%d %H%M%S", '.', ""},
    Pattern{"%Y/%m/%d %H:%M:%S", '.', ""},
    Pattern{"%Y-%m-%d %H:%M:%S", '.', "Z"},
    Pattern{"%Y-%m-%dT%H:%M:%S", '.', ""},
    Pattern{"%b %d %H:%M:%S", '.', ""},
};
static_assert(kPatterns.size() <= 16);

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

void append_padded(std::string& out, std::uint64_t number, std::size_t width, char pad) {
    const auto text = std::to_string(number);
    if (text.size() < width) out.append(width - text.size(), pad);
    out += text;
}

void append_second(std::string& out, std::string_view format, std::int64_t second) {
    const std::chrono::sys_seconds at{std::chrono::seconds{second}};
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date{day};
    const auto of_day = static_cast<std::uint64_t>((at - day).count());
    const auto year = static_cast<std::uint64_t>(static_cast<int>(date.year()));  // 1678 to 2261
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%') {
            out += format[i];
            continue;
        }
        switch (format[++i]) {
            case 'Y': append_padded(out, year, 4, '0'); break;
            case 'y': append_padded(out, year % 100, 2, '0'); break;
            case 'm': append_padded(out, static_cast<unsigned>(date.month()), 2, '0'); break;
            case 'd': append_padded(out, static_cast<unsigned>(date.day()), 2, '0'); break;
            case 'e': append_padded(out, static_cast<unsigned>(date.day()), 2, ' '); break;
            case 'b': out += kMonths[static_cast<unsigned>(date.month()) - 1]; break;
            case 'a': out += kDays[std::chrono::weekday{day}.c_encoding()]; break;
            case 'H': append_padded(out, of_day / 3600, 2, '0'); break;
            case 'M': append_padded(out, of_day / 60 % 60, 2, '0'); break;
            case 'S': append_padded(out, of_day % 60, 2, '0'); break;
            case 's': out += std::to_string(second); break;
            default: break;
        }
    }
}

struct Split {
    std::int64_t second;
    std::uint64_t nanos;
};
Split split(std::int64_t nanos) {
    std::int64_t second = nanos / kNanosPerSecond;
    std::int64_t rest = nanos % kNanosPerSecond;
    if (rest < 0) {
        rest += kNanosPerSecond;
        --second;
    }
    return {second, static_cast<std::uint64_t>(rest)};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// How many digits of fraction `text` has behind a head of `head` characters.
std::optional<std::size_t> fraction_digits(std::string_view text, std::size_t head, const Pattern& pattern) {
    if (text.size() == head + pattern.tail.size()) return 0;
    std::size_t at = head;
    if (pattern.mark != '\0' && (at >= text.size() || text[at++] != pattern.mark)) return std::nullopt;
    const std::size_t begin = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    const std::size_t digits = at - begin;
    if (digits == 0 || digits > 9 || text.substr(at) != pattern.tail) return std::nullopt;
    return digits;
}

}  // namespace

const std::string& TimeWriter::second_text(std::size_t pattern, std::int64_t second) {
    auto& memo = memos_[pattern];
    if (memo.second != second) {
        memo.text.clear();
        append_second(memo.text, kPatterns[pattern].head, second);
        memo.second = second;
    }
    return memo.text;
}

bool TimeWriter::append(std::string& out, std::int64_t nanos, TimeShape shape) {
    const auto index = static_cast<std::size_t>(shape.pattern - 'A');
    if (index >= kPatterns.size() || !is_digit(shape.digits)) return false;
    const auto& pattern = kPatterns[index];
    const auto [second, rest] = split(nanos);
    out += second_text(index, second);
    if (const auto digits = static_cast<std::size_t>(shape.digits - '0'); digits != 0) {
        if (pattern.mark != '\0') out += pattern.mark;
        char fraction[9];
        std::uint64_t left = rest;
        for (std::size_t i = 9; i-- > 0; left /= 10) fraction[i] = static_cast<char>('0' + left % 10);
        out.append(fraction, digits);
    }
    out += pattern.tail;
    return true;
}

std::optional<TimeShape> TimeWriter::shape_of(std::string_view text, std::int64_t nanos) {
    const auto second = split(nanos).second;
    for (std::size_t i = 0; i < kPatterns.size(); ++i) {
        const auto& head = second_text(i, second);
        if (!text.starts_with(head)) continue;
        const auto digits = fraction_digits(text, head.size(), kPatterns[i]);
        if (!digits) continue;
        const TimeShape shape{static_cast<char>('A' + i), static_cast<char>('0' + *digits)};
        scratch_.clear();
        append(scratch_, nanos, shape);
        if (scratch_ == text) return shape;
    }
    return std::nullopt;
}

}  // namespace logchute::store::duck
