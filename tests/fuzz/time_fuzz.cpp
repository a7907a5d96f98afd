// Times, durations and levels out of any bytes: what is read is written so that it reads back the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "logchute/core/level.hpp"
#include "logchute/core/time.hpp"

using namespace logchute;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

constexpr Timestamp kNow = from_nanos(1'795'228'081'000'000'000);

void check_times(std::string_view text) {
    const auto strict = parse_rfc3339(text);
    const auto lenient = parse_record_time(text);
    if (strict) require(lenient == strict);
    if (lenient) require(parse_rfc3339(format_rfc3339(*lenient)) == lenient);
    const auto parameter = parse_time_parameter(text, kNow);
    if (strict) require(parameter.has_value() && *parameter == *strict);
    if (!parameter) require(parameter.error().code == Errc::invalid && !parameter.error().detail.empty());
}

void check_durations(std::string_view text) {
    const auto duration = parse_duration(text);
    if (!duration) return;
    require(duration->count() > 0 || text == "0s");
    const auto again = parse_duration(format_duration(*duration));
    require(again.has_value() && *again == *duration);
}

void check_years(std::string_view text) {
    if (text.size() < 6) return;
    const auto number = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto at = complete_year(number(0) % 14U, number(1) % 33U, number(2) % 25U, number(3) % 61U, number(4) % 62U, number(5), kNow);
    if (at) require(*at - kNow <= std::chrono::days(1) && kNow - *at < std::chrono::days(8 * 366 + 1));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_times(text);
    check_durations(text);
    check_years(text);
    (void)parse_level(text);
    return 0;
}
