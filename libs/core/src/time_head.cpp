#include "time_head.hpp"

#include <array>

#include "calendar.hpp"

namespace logchute {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

constexpr std::uint32_t packed3(const char* at) noexcept {
    std::uint32_t word = 0;
    for (int i = 0; i < 3; ++i) word = word << 8 | static_cast<unsigned char>(at[i]);
    return word;
}

/// 1..12; 0 where it is no English month.
constexpr unsigned month_of(const char* at) noexcept {
    switch (packed3(at)) {
        case packed3("Jan"): return 1;
        case packed3("Feb"): return 2;
        case packed3("Mar"): return 3;
        case packed3("Apr"): return 4;
        case packed3("May"): return 5;
        case packed3("Jun"): return 6;
        case packed3("Jul"): return 7;
        case packed3("Aug"): return 8;
        case packed3("Sep"): return 9;
        case packed3("Oct"): return 10;
        case packed3("Nov"): return 11;
        case packed3("Dec"): return 12;
        default: return 0;
    }
}

constexpr bool is_weekday(const char* at) noexcept {
    switch (packed3(at)) {
        case packed3("Mon"):
        case packed3("Tue"):
        case packed3("Wed"):
        case packed3("Thu"):
        case packed3("Fri"):
        case packed3("Sat"):
        case packed3("Sun"): return true;
        default: return false;
    }
}

/// Reads from left to right. A reader that returns false may have moved: whoever tries several shapes copies the cursor first.
class Cursor {
public:
    explicit Cursor(std::string_view text) noexcept : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()) {}

    [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
    [[nodiscard]] std::size_t used() const noexcept { return static_cast<std::size_t>(at_ - begin_); }
    /// The character `ahead` of here; NUL behind the end.
    [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept { return ahead < left() ? at_[ahead] : '\0'; }
    void skip(std::size_t size) noexcept { at_ += size; }

    bool take(char c) noexcept {
        if (peek() != c) return false;
        ++at_;
        return true;
    }
    /// Exactly `count` digits.
    bool number(std::size_t count, unsigned& out) noexcept {
        if (left() < count) return false;
        unsigned value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const auto digit = static_cast<unsigned>(static_cast<unsigned char>(at_[i])) - '0';
            if (digit > 9) return false;
            value = value * 10 + digit;
        }
        at_ += count;
        out = value;
        return true;
    }
    [[nodiscard]] std::size_t digits_ahead() const noexcept {
        std::size_t count = 0;
        while (is_digit(peek(count))) ++count;
        return count;
    }
    /// "05", " 5" or "5".
    bool day(unsigned& out) noexcept {
        take(' ');
        return number(is_digit(peek(1)) ? 2 : 1, out);
    }
    bool month(unsigned& out) noexcept {
        if (left() < 3) return false;
        out = month_of(at_);
        if (out == 0) return false;
        at_ += 3;
        return true;
    }
    bool weekday() noexcept {
        if (left() < 3 || !is_weekday(at_)) return false;
        at_ += 3;
        return true;
    }
    /// "10:00:00", and a fraction if there is one.
    bool time(Clock& clock) noexcept {
        return number(2, clock.hour) && take(':') && number(2, clock.minute) && take(':') && number(2, clock.second) &&
               fraction(clock.nanos);
    }
    /// ".123" or ",123"; a point without a digit behind it belongs to what follows.
    bool fraction(std::int64_t& nanos) noexcept {
        if ((peek() != '.' && peek() != ',') || !is_digit(peek(1))) return true;
        std::int64_t scale = kNanosPerSecond;
        for (++at_; is_digit(peek()); ++at_) {
            if (scale == 1) continue;  // digits past the ninth
            nanos = nanos * 10 + (*at_ - '0');
            scale /= 10;
        }
        nanos *= scale;
        return true;
    }
    /// No word goes on here.
    [[nodiscard]] bool at_edge() const noexcept {
        const char c = peek();
        return !is_digit(c) && !is_letter(c) && c != '_' && static_cast<signed char>(c) >= 0;
    }

private:
    const char* begin_;
    const char* at_;
    const char* end_;
};

struct Zone {
    HeadZone kind = HeadZone::none;
    std::int64_t seconds = 0;
};

/// "+01:00", "+0100", and where it touches the time "+01".
bool read_offset(Cursor& cursor, bool touches, Zone& zone) noexcept {
    const bool is_west = cursor.peek() == '-';
    if (!is_west && cursor.peek() != '+') return false;
    cursor.skip(1);
    unsigned hours = 0;
    unsigned minutes = 0;
    if (!cursor.number(2, hours)) return false;
    const bool has_minutes = is_digit(cursor.peek()) || (cursor.peek() == ':' && is_digit(cursor.peek(1)));
    if (has_minutes) {
        cursor.take(':');
        if (!cursor.number(2, minutes)) return false;
    } else if (!touches) {
        return false;
    }
    if (hours > 23 || minutes > 59 || !cursor.at_edge()) return false;
    const std::int64_t offset = hours * 3600 + minutes * 60;
    zone = {HeadZone::offset, is_west ? -offset : offset};
    return true;
}

/// A zone, if there is one. Names other than UTC and GMT mean different things in different places: they stay in the text, and the time is
/// UTC.
Zone read_zone(Cursor& cursor) noexcept {
    Zone zone;
    Cursor ahead = cursor;
    const bool touches = !ahead.take(' ');
    if (ahead.take('Z') || (touches && ahead.take('z'))) {
        zone.kind = HeadZone::utc;
    } else if (ahead.peek(1) == 'T' || ahead.peek(1) == 'M') {
        const bool is_utc = ahead.peek() == 'U' && ahead.peek(1) == 'T' && ahead.peek(2) == 'C';
        const bool is_gmt = ahead.peek() == 'G' && ahead.peek(1) == 'M' && ahead.peek(2) == 'T';
        if (is_utc || is_gmt) zone.kind = HeadZone::utc;
        ahead.skip(is_utc || is_gmt ? 3 : 0);
    } else {
        read_offset(ahead, touches, zone);
    }
    if (zone.kind == HeadZone::none || !ahead.at_edge()) return {};
    cursor = ahead;
    return zone;
}

std::optional<TimeHead> finish(Cursor cursor, const Clock& clock, Zone zone) noexcept {
    if (!cursor.at_edge()) return std::nullopt;
    const auto at = to_timestamp(clock, zone.seconds);
    if (!at) return std::nullopt;
    return TimeHead{*at, cursor.used(), zone.kind};
}

std::optional<TimeHead> finish_without_year(Cursor cursor, const Clock& clock, Timestamp received) noexcept {
    if (!cursor.at_edge()) return std::nullopt;
    const auto at = complete_year(clock.month, clock.day, clock.hour, clock.minute, clock.second, clock.nanos, received);
    if (!at) return std::nullopt;
    return TimeHead{*at, cursor.used(), HeadZone::none};
}

// --- one function a shape; each gets its own cursor ----------------------------------------------------------------

/// 2026-01-05T10:00:00, 2026/01/05 10:00:00
std::optional<TimeHead> year_first(Cursor cursor, char separator) noexcept {
    Clock clock{};
    if (!cursor.number(4, clock.year) || !cursor.take(separator) || !cursor.number(2, clock.month) || !cursor.take(separator) ||
        !cursor.number(2, clock.day)) {
        return std::nullopt;
    }
    if (!cursor.take(' ') && !cursor.take('T') && !cursor.take('t')) return std::nullopt;
    if (!cursor.time(clock)) return std::nullopt;
    const Zone zone = read_zone(cursor);
    return finish(cursor, clock, zone);
}

/// 05-Jan-2026 10:00:00, 05 Jan 2026 10:00:00, 05/Jan/2026:10:00:00
std::optional<TimeHead> day_first(Cursor cursor, char separator) noexcept {
    Clock clock{};
    if (!cursor.day(clock.day) || !cursor.take(separator) || !cursor.month(clock.month) || !cursor.take(separator) ||
        !cursor.number(4, clock.year)) {
        return std::nullopt;
    }
    if (!cursor.take(separator == '/' ? ':' : ' ') || !cursor.time(clock)) return std::nullopt;
    const Zone zone = read_zone(cursor);
    return finish(cursor, clock, zone);
}

/// 01-05 10:00:00.123
std::optional<TimeHead> month_number_first(Cursor cursor, Timestamp received) noexcept {
    Clock clock{};
    if (!cursor.number(2, clock.month) || !cursor.take('-') || !cursor.number(2, clock.day) || !cursor.take(' ') || !cursor.time(clock)) {
        return std::nullopt;
    }
    return finish_without_year(cursor, clock, received);
}

/// "Jan  5 10:00:00", "Jan 05 10:00:00 2026", "Jan  5 2026 10:00:00"
std::optional<TimeHead> month_name_first(Cursor cursor, Timestamp received) noexcept {
    Clock clock{};
    if (!cursor.month(clock.month) || !cursor.take(' ') || !cursor.day(clock.day) || !cursor.take(' ')) return std::nullopt;
    const bool year_is_next = cursor.digits_ahead() == 4;
    if (year_is_next && (!cursor.number(4, clock.year) || !cursor.take(' '))) return std::nullopt;
    if (!cursor.time(clock)) return std::nullopt;
    Cursor ahead = cursor;
    if (year_is_next || (ahead.take(' ') && ahead.digits_ahead() == 4 && ahead.number(4, clock.year) && ahead.at_edge())) {
        return finish(year_is_next ? cursor : ahead, clock, {});
    }
    return finish_without_year(cursor, clock, received);
}

/// "Mon Jan 05 ...", "Mon, 05 Jan 2026 ..."
std::optional<TimeHead> weekday_first(Cursor cursor, Timestamp received) noexcept {
    if (!cursor.weekday()) return std::nullopt;
    const bool comma = cursor.take(',');
    if (!cursor.take(' ')) return std::nullopt;
    return comma ? day_first(cursor, ' ') : month_name_first(cursor, received);
}

/// POSIX's reading of two digits.
constexpr unsigned full_year(unsigned two_digits) noexcept { return two_digits < 69 ? 2000 + two_digits : 1900 + two_digits; }

/// 100000, 10:00:00.123 and " 9:00:00" behind a date in digits.
bool compact_time(Cursor& cursor, Clock& clock) noexcept {
    if (cursor.digits_ahead() != 6) {
        if (cursor.peek() != ' ') return cursor.time(clock);
        cursor.skip(1);
        return cursor.number(1, clock.hour) && cursor.take(':') && cursor.number(2, clock.minute) && cursor.take(':') &&
               cursor.number(2, clock.second);
    }
    return cursor.number(2, clock.hour) && cursor.number(2, clock.minute) && cursor.number(2, clock.second) && cursor.fraction(clock.nanos);
}

/// 260105 100000, 20260105 10:00:00, 20260105T100000Z
std::optional<TimeHead> compact(Cursor cursor, std::size_t digits) noexcept {
    Clock clock{};
    if (!cursor.number(digits - 4, clock.year) || !cursor.number(2, clock.month) || !cursor.number(2, clock.day)) return std::nullopt;
    if (digits == 6) clock.year = full_year(clock.year);
    if (!cursor.take(' ') && !(digits == 8 && cursor.take('T'))) return std::nullopt;
    if (!compact_time(cursor, clock)) return std::nullopt;
    const Zone zone = read_zone(cursor);
    return finish(cursor, clock, zone);
}

/// 1767607200, 1767607200.123, or more digits. Only from 2001 to 2033, when they begin with a 1: other numbers are numbers.
std::optional<TimeHead> epoch(Cursor cursor, std::string_view text, std::size_t digits) noexcept {
    if (cursor.peek() != '1') return std::nullopt;
    cursor.skip(digits);
    if (digits == 10 && cursor.peek() == '.' && is_digit(cursor.peek(1))) {
        cursor.skip(1);
        cursor.skip(cursor.digits_ahead());
    }
    const char next = cursor.peek();
    if (cursor.left() != 0 && next != ' ' && next != '\t' && next != ']') return std::nullopt;
    const auto at = parse_record_time(text.substr(0, cursor.used()));
    if (!at) return std::nullopt;
    return TimeHead{*at, cursor.used(), HeadZone::utc};
}

std::optional<TimeHead> digits_first(std::string_view text, Timestamp received) noexcept {
    const Cursor cursor(text);
    const std::size_t digits = cursor.digits_ahead();
    const char next = cursor.peek(digits);
    switch (digits) {
        case 1: return day_first(cursor, ' ');
        case 2:
            if (next == '-' && is_digit(cursor.peek(3))) return month_number_first(cursor, received);
            return next == '-' || next == '/' || next == ' ' ? day_first(cursor, next) : std::nullopt;
        case 4: return next == '-' || next == '/' ? year_first(cursor, next) : std::nullopt;
        case 6:
        case 8: return compact(cursor, digits);
        case 10:
        case 13:
        case 16:
        case 19: return epoch(cursor, text, digits);
        default: return std::nullopt;
    }
}

}  // namespace

std::optional<TimeHead> read_time_head(std::string_view text, Timestamp received) noexcept {
    constexpr std::size_t kShortest = 10;
    if (text.size() < kShortest) return std::nullopt;
    if (is_digit(text.front())) return digits_first(text, received);
    if (!is_letter(text.front())) return std::nullopt;
    const Cursor cursor(text);
    return Cursor(cursor).weekday() ? weekday_first(cursor, received) : month_name_first(cursor, received);
}

std::optional<TimeHead> read_glog_time(std::string_view text, Timestamp received) noexcept {
    Cursor cursor(text);
    const std::size_t digits = cursor.digits_ahead();
    Clock clock{};
    if (digits != 4 && digits != 8) return std::nullopt;
    if (digits == 8 && !cursor.number(4, clock.year)) return std::nullopt;
    if (!cursor.number(2, clock.month) || !cursor.number(2, clock.day) || !cursor.take(' ') || !cursor.time(clock)) return std::nullopt;
    return digits == 8 ? finish(cursor, clock, {}) : finish_without_year(cursor, clock, received);
}

std::optional<TimeHead> read_clf_time(std::string_view text) noexcept { return day_first(Cursor(text), '/'); }

std::size_t bsd_time_shape(std::string_view text) noexcept {
    Cursor cursor(text);
    Clock clock{};
    const bool is_shaped = cursor.month(clock.month) && cursor.take(' ') && cursor.day(clock.day) && cursor.take(' ') &&
                           cursor.time(clock) && cursor.at_edge();
    return is_shaped ? cursor.used() : 0;
}

}  // namespace logchute
