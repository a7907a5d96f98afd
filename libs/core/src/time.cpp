#include "logchute/core/time.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "calendar.hpp"

namespace logchute {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// --- reading --------------------------------------------------------------------------------------------------------

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Two digits as a number; 100 or more where they are none, which every range check refuses.
inline unsigned two_digits(const char* at) noexcept {
    const auto tens = static_cast<unsigned>(static_cast<unsigned char>(at[0])) - '0';
    const auto units = static_cast<unsigned>(static_cast<unsigned char>(at[1])) - '0';
    return tens > 9 || units > 9 ? 1000 : tens * 10 + units;
}

/// Eight digits at once, the first one most significant: pairs, then fours, then all. False where one of them is no digit.
inline bool eight_digits(const char* at, std::int64_t& number) noexcept {
    if constexpr (std::endian::native != std::endian::little) return false;
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, at, sizeof bytes);
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    const std::uint64_t digits = bytes - kOnes * '0';
    if (((digits | (digits + kOnes * 6)) & kOnes * 0xf0) != 0) return false;
    const std::uint64_t pairs = digits * 10 + (digits >> 8);
    constexpr std::uint64_t kPairs = 0x000000ff000000ff;
    const std::uint64_t all = ((pairs & kPairs) * (100 + (1'000'000ULL << 32)) + (pairs >> 16 & kPairs) * (1 + (10'000ULL << 32))) >> 32;
    number = static_cast<std::int64_t>(all);
    return true;
}

/// Reads ".123456789" (or ",123"): digits after the ninth are dropped. False where the point has no digit behind it.
bool read_fraction(const char*& at, const char* end, std::int64_t& nanos) noexcept {
    constexpr std::array<std::int64_t, 10> kPowers{1'000'000'000, 100'000'000, 10'000'000, 1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};
    const char* const begin = ++at;
    if (at == end || !is_digit(*at)) return false;
    if (end - at >= 8 && eight_digits(at, nanos)) at += 8;
    for (; at != end && is_digit(*at) && at - begin < 9; ++at) nanos = nanos * 10 + (*at - '0');
    nanos *= kPowers[static_cast<std::size_t>(at - begin)];
    while (at != end && is_digit(*at)) ++at;
    return true;
}

enum class Zone : unsigned char { required, optional };

/// Reads "Z", "+05:30", "+0530" or "+05" up to the end, and nothing where the zone is optional.
std::optional<std::int64_t> read_zone(const char* at, const char* end, Zone zone) noexcept {
    const auto left = end - at;
    if (left == 0) return zone == Zone::optional ? std::optional<std::int64_t>(0) : std::nullopt;
    if (left == 1 && (*at == 'Z' || *at == 'z')) return 0;
    if (*at != '+' && *at != '-') return std::nullopt;
    const bool with_colon = left == 6 && at[3] == ':';
    if (!with_colon && left != 5 && left != 3) return std::nullopt;
    const unsigned offset_hours = two_digits(at + 1);
    const unsigned offset_minutes = left == 3 ? 0 : two_digits(at + (with_colon ? 4 : 3));
    if (offset_hours > 23 || offset_minutes > 59) return std::nullopt;
    const std::int64_t offset = offset_hours * 3600 + offset_minutes * 60;
    return *at == '-' ? -offset : offset;
}

/// What the text says, possible or not; a year with other characters than digits is beyond 9999.
template <class Then>
inline std::optional<Timestamp> with_clock(std::string_view text, Zone zone, Then&& then) noexcept {
    constexpr std::size_t kShortest = 19;  // 2026-11-21T02:28:01
    if (text.size() < kShortest) return std::nullopt;
    const char* const t = text.data();
    if (t[4] != '-' || t[7] != '-' || t[13] != ':' || t[16] != ':' || (t[10] != 'T' && t[10] != 't' && t[10] != ' ')) return std::nullopt;
    const unsigned century = two_digits(t);
    const unsigned year = two_digits(t + 2);
    Clock clock{.year = century * 100 + (year < 100 ? year : 10'000),
                .month = two_digits(t + 5),
                .day = two_digits(t + 8),
                .hour = two_digits(t + 11),
                .minute = two_digits(t + 14),
                .second = two_digits(t + 17)};
    const char* at = t + kShortest;
    const char* const end = t + text.size();
    if (at != end && (*at == '.' || *at == ',') && !read_fraction(at, end, clock.nanos)) return std::nullopt;
    const auto offset = read_zone(at, end, zone);
    if (!offset) return std::nullopt;
    return then(clock, *offset);
}

std::optional<Timestamp> read_date_time(std::string_view text, Zone zone) noexcept { return with_clock(text, zone, to_timestamp); }

/// The same, but a time of a year that Timestamp does not have is the nearer of its ends.
std::optional<Timestamp> read_nearest_date_time(std::string_view text) noexcept {
    return with_clock(text, Zone::required, [](Clock clock, std::int64_t offset) -> std::optional<Timestamp> {
        if (clock.year > 9999) return std::nullopt;
        if (const auto at = to_timestamp(clock, offset)) return at;
        // Calendars repeat every 400 years: there, only what is no time at all is refused.
        constexpr unsigned kCycle = 400;
        constexpr unsigned kFirst = 1680;
        static_assert(kFirst > kYearMin && kFirst + kCycle < kYearMax);
        const Timestamp nearest = clock.year < 1970 ? kTimestampMin : kTimestampEnd;
        clock.year = kFirst + (clock.year + kCycle - kFirst % kCycle) % kCycle;
        return to_timestamp(clock, offset) ? std::optional(nearest) : std::nullopt;
    });
}

/// Nanoseconds in one unit of an epoch number as large as this.
constexpr std::int64_t epoch_unit(std::uint64_t magnitude) noexcept {
    if (magnitude < 100'000'000'000) return kNanosPerSecond;
    if (magnitude < 100'000'000'000'000) return 1'000'000;
    if (magnitude < 100'000'000'000'000'000) return 1'000;
    return 1;
}

/// "1709210096.123456789" digit by digit: a double would keep only the microseconds.
std::optional<Timestamp> read_epoch_decimal(std::string_view text) noexcept {
    const bool negative = text.front() == '-';
    const char* at = text.data() + (negative ? 1 : 0);
    const char* const end = text.data() + text.size();
    std::uint64_t whole = 0;
    const auto [point, failure] = std::from_chars(at, end, whole);
    if (failure != std::errc{} || !is_digit(*at) || whole > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return std::nullopt;
    }
    const std::int64_t unit = epoch_unit(whole);
    std::int64_t nanos = 0;
    if (__builtin_mul_overflow(static_cast<std::int64_t>(whole), unit, &nanos)) return std::nullopt;
    if (point != end) {
        if (*point != '.') return std::nullopt;
        at = point;
        std::int64_t billionths = 0;
        if (!read_fraction(at, end, billionths) || at != end) return std::nullopt;
        if (__builtin_add_overflow(nanos, billionths / (kNanosPerSecond / unit), &nanos)) return std::nullopt;
    }
    return within_years(negative ? -nanos : nanos);
}

std::optional<Timestamp> read_epoch_number(std::string_view text) noexcept {
    constexpr std::size_t kLongest = 64;
    if (text.empty() || text.size() > kLongest || !(is_digit(text.back()) && (is_digit(text.front()) || text.front() == '-'))) {
        return std::nullopt;
    }
    if (const auto exact = read_epoch_decimal(text)) return exact;
    if (text.find_first_of("eE") == text.npos) return std::nullopt;
    double number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return timestamp_from_number(number);
}

// --- durations ------------------------------------------------------------------------------------------------------

struct Unit {
    std::string_view name;
    std::int64_t nanos;
};
constexpr std::int64_t kDay = kSecondsPerDay * kNanosPerSecond;
/// From large to small; format_duration leaves weeks out, as nobody reads "2w" as readily as "14d".
constexpr std::array kUnits{Unit{"w", 7 * kDay},        Unit{"d", kDay},       Unit{"h", kDay / 24}, Unit{"m", 60 * kNanosPerSecond},
                            Unit{"s", kNanosPerSecond}, Unit{"ms", 1'000'000}, Unit{"us", 1'000},    Unit{"ns", 1}};

std::unexpected<Error> bad_duration(std::string_view text) {
    return fail(Errc::invalid,
                "'" + std::string(text.substr(0, 64)) + "' is no duration: write a number and a unit, as in 250ms, 10s, 5m, 1h or 7d");
}

/// `digits` of the unit: "1.5" hours. Empty where it is not a plain decimal, or more than 64 bits of nanoseconds.
std::optional<nanoseconds> scaled(std::string_view digits, std::int64_t unit) noexcept {
    std::int64_t nanos = 0;
    std::size_t at = 0;
    for (; at < digits.size() && is_digit(digits[at]); ++at) {
        if (__builtin_mul_overflow(nanos, 10, &nanos) || __builtin_add_overflow(nanos, digits[at] - '0', &nanos)) return std::nullopt;
    }
    if (at == 0 || __builtin_mul_overflow(nanos, unit, &nanos)) return std::nullopt;
    if (at == digits.size()) return nanoseconds(nanos);
    if (digits[at] != '.' || at + 1 == digits.size()) return std::nullopt;
    // The fraction is remainder / scale of a unit, in integers, so that 1.123456789s is exact; nine digits count.
    std::int64_t remainder = 0;
    std::int64_t scale = 1;
    for (++at; at < digits.size(); ++at) {
        if (!is_digit(digits[at])) return std::nullopt;
        if (scale > 100'000'000) continue;
        scale *= 10;
        remainder = remainder * 10 + (digits[at] - '0');
    }
    const std::int64_t part = unit / scale * remainder + unit % scale * remainder / scale;
    if (__builtin_add_overflow(nanos, part, &nanos)) return std::nullopt;
    return nanoseconds(nanos);
}

// --- writing --------------------------------------------------------------------------------------------------------

inline void put_two(char* to, unsigned number) noexcept {
    to[0] = static_cast<char>('0' + number / 10);
    to[1] = static_cast<char>('0' + number % 10);
}

void put_day(char* to, std::int64_t days_since_epoch, char separator) noexcept {
    const std::chrono::year_month_day day{std::chrono::sys_days{days{days_since_epoch}}};
    const auto year = static_cast<unsigned>(static_cast<int>(day.year()));
    put_two(to, year / 100);
    put_two(to + 2, year % 100);
    to[4] = separator;
    put_two(to + 5, static_cast<unsigned>(day.month()));
    to[7] = separator;
    put_two(to + 8, static_cast<unsigned>(day.day()));
}
constexpr std::size_t kDayChars = 10;

std::int64_t floor_div(std::int64_t number, std::int64_t by) noexcept { return number / by - (number % by < 0 ? 1 : 0); }

}  // namespace

Timestamp now() noexcept { return std::chrono::time_point_cast<nanoseconds>(std::chrono::system_clock::now()); }

std::optional<Timestamp> parse_rfc3339(std::string_view text) noexcept { return read_date_time(text, Zone::required); }

std::optional<Timestamp> timestamp_from_number(std::int64_t number) noexcept {
    const std::uint64_t magnitude = number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
    std::int64_t nanos = 0;
    if (__builtin_mul_overflow(number, epoch_unit(magnitude), &nanos)) return std::nullopt;
    return within_years(nanos);
}

std::optional<Timestamp> timestamp_from_number(double number) noexcept {
    if (!(std::abs(number) < 9.2e18)) return std::nullopt;  // NaN too
    const double whole = std::trunc(number);
    const std::int64_t unit = epoch_unit(static_cast<std::uint64_t>(std::abs(whole)));
    std::int64_t nanos = 0;
    if (__builtin_mul_overflow(static_cast<std::int64_t>(whole), unit, &nanos)) return std::nullopt;
    return within_years(nanos + std::llround((number - whole) * static_cast<double>(unit)));
}

std::optional<Timestamp> parse_record_time(std::string_view text) noexcept {
    if (text.size() > 4 && text[4] == '-') return read_date_time(text, Zone::optional);
    return read_epoch_number(text);
}

std::optional<Timestamp> complete_year(unsigned month, unsigned day, unsigned hour, unsigned minute, unsigned second,
                                       std::int64_t fraction_nanos, Timestamp received) noexcept {
    if (fraction_nanos < 0 || fraction_nanos >= kNanosPerSecond) return std::nullopt;
    const std::chrono::year_month_day today{std::chrono::floor<days>(received)};
    const auto this_year = static_cast<unsigned>(static_cast<int>(today.year()));
    // Eight years back, since a 29th of February may be that long ago (1896 to 1904).
    for (unsigned year = this_year + 1; year + 8 >= this_year; --year) {
        const auto at = to_timestamp({year, month, day, hour, minute, second, fraction_nanos}, 0);
        if (at && *at - received <= days{1}) return at;
    }
    return std::nullopt;
}

void append_rfc3339(std::string& out, Timestamp at) {
    const std::int64_t since_epoch = floor_div(to_nanos(at), kNanosPerSecond);
    auto nanos = static_cast<unsigned>(to_nanos(at) - since_epoch * kNanosPerSecond);
    const std::int64_t day = floor_div(since_epoch, kSecondsPerDay);
    const auto second = static_cast<unsigned>(since_epoch - day * kSecondsPerDay);
    char text[30];
    put_day(text, day, '-');
    text[10] = 'T';
    put_two(text + 11, second / 3600);
    text[13] = ':';
    put_two(text + 14, second / 60 % 60);
    text[16] = ':';
    put_two(text + 17, second % 60);
    std::size_t size = 19;
    if (nanos != 0) {
        text[19] = '.';
        for (char* digit = text + 28; digit != text + 19; --digit, nanos /= 10) *digit = static_cast<char>('0' + nanos % 10);
        size = 29;
    }
    text[size++] = 'Z';
    out.append(text, size);
}

std::string format_rfc3339(Timestamp at) {
    std::string out;
    append_rfc3339(out, at);
    return out;
}

std::string format_day(Timestamp at, char separator) {
    std::string out(kDayChars, '\0');
    put_day(out.data(), floor_div(to_nanos(at), kDay), separator);
    return out;
}

Result<nanoseconds> parse_duration(std::string_view text) {
    if (text == "0s") return nanoseconds(0);
    std::size_t digits = 0;
    while (digits < text.size() && (is_digit(text[digits]) || text[digits] == '.')) ++digits;
    for (const Unit& unit : kUnits) {
        if (text.substr(digits) != unit.name) continue;
        const auto duration = scaled(text.substr(0, digits), unit.nanos);
        if (!duration || duration->count() <= 0) break;
        return *duration;
    }
    return bad_duration(text);
}

std::string format_duration(nanoseconds duration) {
    const std::int64_t count = duration.count();
    if (count == 0) return "0s";
    for (const Unit& unit : kUnits) {
        if (unit.name != "w" && count % unit.nanos == 0) return std::to_string(count / unit.nanos).append(unit.name);
    }
    return {};
}

Result<Timestamp> parse_time_parameter(std::string_view text, Timestamp now) {
    if (text == "now") return now;
    if (const auto at = read_nearest_date_time(text)) return *at;
    if (const auto at = read_epoch_number(text)) return *at;
    if (text.starts_with('-')) {
        const auto back = parse_duration(text.substr(1));
        std::int64_t nanos = 0;
        if (back && !__builtin_sub_overflow(to_nanos(now), back->count(), &nanos) && nanos >= kNanosMin) return from_nanos(nanos);
    }
    std::string detail =
        "'" + std::string(text.substr(0, 64)) +
        "' is no time: write RFC 3339 with its zone (2026-11-21T02:28:01Z), an epoch number, now, or relative to it (-15m)";
    if (text.size() > 19 && text[text.size() - 6] == ' ') detail += "; in an address, '+' is written %2B";
    return fail(Errc::invalid, std::move(detail));
}

}  // namespace logchute
