#include "logchute/core/time.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>
#include <string>

using namespace logchute;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kLeapDay = 1'709'210'096;  // 2024-02-29T12:34:56Z

Timestamp at_seconds(std::int64_t seconds, std::int64_t nanos = 0) { return from_nanos(seconds * kSecond + nanos); }

}  // namespace

TEST_CASE("RFC 3339 is read with any offset and any fraction") {
    struct Row {
        std::string_view text;
        Timestamp at;
    };
    const Row rows[] = {
        {"2024-02-29T12:34:56Z", at_seconds(kLeapDay)},
        {"2024-02-29t12:34:56z", at_seconds(kLeapDay)},
        {"2024-02-29 12:34:56Z", at_seconds(kLeapDay)},
        {"2024-02-29T12:34:56.5Z", at_seconds(kLeapDay, 500'000'000)},
        {"2024-02-29T12:34:56,25Z", at_seconds(kLeapDay, 250'000'000)},
        {"2024-02-29T12:34:56.123Z", at_seconds(kLeapDay, 123'000'000)},
        {"2024-02-29T12:34:56.12345678Z", at_seconds(kLeapDay, 123'456'780)},
        {"2024-02-29T12:34:56.123456789Z", at_seconds(kLeapDay, 123'456'789)},
        {"2024-02-29T12:34:56.1234567891234Z", at_seconds(kLeapDay, 123'456'789)},
        {"2024-02-29T12:34:56.000000001+00:00", at_seconds(kLeapDay, 1)},
        {"2024-02-29T18:04:56+05:30", at_seconds(kLeapDay)},
        {"2024-02-29T18:04:56+0530", at_seconds(kLeapDay)},
        {"2024-02-29T17:34:56+05", at_seconds(kLeapDay)},
        {"2024-02-28T23:34:56.25-13:00", at_seconds(kLeapDay, 250'000'000)},
        {"1970-01-01T00:00:00Z", at_seconds(0)},
        {"1969-12-31T23:59:59.999999999Z", from_nanos(-1)},
        {"1678-01-01T00:00:00Z", at_seconds(-9'214'560'000)},
        {"2261-12-31T23:59:59.999999999Z", at_seconds(9'214'646'399, 999'999'999)},
        {"2016-12-31T23:59:60Z", at_seconds(1'483'228'800)},
        {"2017-01-01T00:59:60+01:00", at_seconds(1'483'228'800)},
    };
    for (const Row& row : rows) {
        INFO(row.text);
        CHECK(parse_rfc3339(row.text) == row.at);
        CHECK(parse_record_time(row.text) == row.at);
    }
}

TEST_CASE("what is no time is refused") {
    for (const std::string_view text : {"",
                                        "2024",
                                        "yesterday",
                                        "2023-02-29T00:00:00Z",
                                        "2024-02-30T00:00:00Z",
                                        "2024-04-31T00:00:00Z",
                                        "2024-13-01T00:00:00Z",
                                        "2024-00-01T00:00:00Z",
                                        "2024-01-00T00:00:00Z",
                                        "2024-01-01T24:00:00Z",
                                        "2024-01-01T00:60:00Z",
                                        "2024-01-01T00:00:61Z",
                                        "2024-01-01T12:00:60Z",
                                        "2024-01-01T00:00:00.Z",
                                        "2024-01-01T00:00:00,Z",
                                        "2024-01-01T00:00:00+24:00",
                                        "2024-01-01T00:00:00+00:60",
                                        "2024-01-01T00:00:00+5:30",
                                        "2024-01-01T00:00:00+",
                                        "2024-01-01T00:00:00ZZ",
                                        "2024-01-01T00:00:00Z ",
                                        " 2024-01-01T00:00:00Z",
                                        "2024-01-01_00:00:00Z",
                                        "2024/01/01T00:00:00Z",
                                        "2024-01-01T00-00-00Z",
                                        "20a4-01-01T00:00:00Z",
                                        "2024-01-01T0:00:00Z",
                                        "2024-01-01T00:00Z",
                                        "1677-12-31T23:59:59Z",
                                        "2262-01-01T00:00:00Z",
                                        "1678-01-01T00:00:00+01:00",
                                        "2261-12-31T23:59:59-01:00",
                                        "0000-01-01T00:00:00Z",
                                        "9999-12-31T23:59:59Z",
                                        "\xd9\xa2"
                                        "024-01-01T00:00:00Z"}) {
        INFO(text);
        CHECK_FALSE(parse_rfc3339(text).has_value());
        if (text != "2024") CHECK_FALSE(parse_record_time(text).has_value());  // 2,024 seconds after the epoch
    }
    CHECK_FALSE(parse_rfc3339("2024-01-01T00:00:00").has_value());
    CHECK_FALSE(parse_rfc3339("1709210096").has_value());
}

TEST_CASE("a record's time without a zone is UTC") {
    CHECK(parse_record_time("2024-02-29T12:34:56") == at_seconds(kLeapDay));
    CHECK(parse_record_time("2024-02-29 12:34:56,789") == at_seconds(kLeapDay, 789'000'000));
}

TEST_CASE("epoch numbers are told apart by magnitude") {
    CHECK(timestamp_from_number(std::int64_t{1709210096}) == at_seconds(kLeapDay));
    CHECK(timestamp_from_number(std::int64_t{1709210096123}) == at_seconds(kLeapDay, 123'000'000));
    CHECK(timestamp_from_number(std::int64_t{1709210096123456}) == at_seconds(kLeapDay, 123'456'000));
    CHECK(timestamp_from_number(std::int64_t{1709210096123456789}) == at_seconds(kLeapDay, 123'456'789));
    CHECK(timestamp_from_number(std::int64_t{0}) == at_seconds(0));
    CHECK(timestamp_from_number(std::int64_t{-1}) == at_seconds(-1));
    // Seconds that would lie beyond the years of a Timestamp.
    for (const std::int64_t number : {99'999'999'999L, -99'999'999'999L, 9'214'646'400L, -9'214'560'001L}) {
        CHECK_FALSE(timestamp_from_number(number).has_value());
    }
    CHECK_FALSE(timestamp_from_number(std::numeric_limits<std::int64_t>::min()).has_value());
    CHECK_FALSE(timestamp_from_number(std::numeric_limits<std::int64_t>::max()).has_value());
}

TEST_CASE("numbers with a fraction are times too, as text to the nanosecond") {
    CHECK(timestamp_from_number(1709210096.25) == at_seconds(kLeapDay, 250'000'000));
    CHECK(timestamp_from_number(1709210096123.5) == at_seconds(kLeapDay, 123'500'000));
    CHECK(timestamp_from_number(-0.5) == from_nanos(-500'000'000));
    for (const double number : {std::nan(""), HUGE_VAL, -HUGE_VAL, 1e19, 1e300, -1e19})
        CHECK_FALSE(timestamp_from_number(number).has_value());

    CHECK(parse_record_time("1709210096") == at_seconds(kLeapDay));
    CHECK(parse_record_time("1709210096.123456789") == at_seconds(kLeapDay, 123'456'789));
    CHECK(parse_record_time("1709210096123.456789") == at_seconds(kLeapDay, 123'456'789));
    CHECK(parse_record_time("-1.5") == from_nanos(-1'500'000'000));
    CHECK(parse_record_time("1.709210096e9") == at_seconds(kLeapDay));
    for (const std::string_view text : {"1709210096.", ".5", "+5", "0x10", "1e400", "1e", "12 ", "nan", "inf", "-", "--5", "1.2.3",
                                        "99999999999999999999999", "-9223372036854775809"}) {
        INFO(text);
        CHECK_FALSE(parse_record_time(text).has_value());
    }
    CHECK_FALSE(parse_record_time(std::string(1000, '1')).has_value());
}

TEST_CASE("a time without a year gets the latest one that is at most a day ahead") {
    const Timestamp new_year = *parse_rfc3339("2026-01-01T00:10:00Z");
    CHECK(complete_year(12, 31, 23, 59, 58, 0, new_year) == parse_rfc3339("2025-12-31T23:59:58Z"));
    CHECK(complete_year(1, 1, 0, 10, 0, 5, new_year) == parse_rfc3339("2026-01-01T00:10:00.000000005Z"));
    CHECK(complete_year(1, 2, 0, 10, 0, 0, new_year) == parse_rfc3339("2026-01-02T00:10:00Z"));
    CHECK(complete_year(1, 2, 0, 10, 1, 0, new_year) == parse_rfc3339("2025-01-02T00:10:01Z"));
    const Timestamp sylvester = *parse_rfc3339("2025-12-31T23:30:00Z");
    CHECK(complete_year(1, 1, 0, 0, 5, 0, sylvester) == parse_rfc3339("2026-01-01T00:00:05Z"));
    CHECK(complete_year(2, 29, 1, 2, 3, 0, new_year) == parse_rfc3339("2024-02-29T01:02:03Z"));
    CHECK(complete_year(2, 29, 1, 2, 3, 0, *parse_rfc3339("1904-02-01T00:00:00Z")) == parse_rfc3339("1896-02-29T01:02:03Z"));
    CHECK_FALSE(complete_year(2, 30, 0, 0, 0, 0, new_year).has_value());
    CHECK_FALSE(complete_year(0, 1, 0, 0, 0, 0, new_year).has_value());
    CHECK_FALSE(complete_year(13, 1, 0, 0, 0, 0, new_year).has_value());
    CHECK_FALSE(complete_year(1, 1, 24, 0, 0, 0, new_year).has_value());
    CHECK_FALSE(complete_year(1, 1, 0, 0, 0, kSecond, new_year).has_value());
}

TEST_CASE("times are written with nine digits of fraction or none, and read back") {
    CHECK(format_rfc3339(at_seconds(kLeapDay)) == "2024-02-29T12:34:56Z");
    CHECK(format_rfc3339(at_seconds(kLeapDay, 1)) == "2024-02-29T12:34:56.000000001Z");
    CHECK(format_rfc3339(at_seconds(kLeapDay, 120'000'000)) == "2024-02-29T12:34:56.120000000Z");
    CHECK(format_rfc3339(from_nanos(-1)) == "1969-12-31T23:59:59.999999999Z");
    for (const std::int64_t nanos :
         {std::int64_t{0}, std::int64_t{-1}, kLeapDay * kSecond + 5, -9'214'560'000 * kSecond, 9'214'646'399 * kSecond}) {
        CHECK(parse_rfc3339(format_rfc3339(from_nanos(nanos))) == from_nanos(nanos));
    }
    CHECK(format_day(at_seconds(kLeapDay), '.') == "2024.02.29");
    CHECK(format_day(at_seconds(kLeapDay), '-') == "2024-02-29");
    CHECK(format_day(from_nanos(-1), '-') == "1969-12-31");
    std::string line = "at ";
    append_rfc3339(line, at_seconds(0));
    CHECK(line == "at 1970-01-01T00:00:00Z");
}

TEST_CASE("durations are a number and a unit") {
    struct Row {
        std::string_view text;
        nanoseconds duration;
    };
    const Row rows[] = {{"250ms", 250ms},
                        {"10s", 10s},
                        {"5m", 5min},
                        {"1h", 1h},
                        {"7d", 168h},
                        {"2w", 336h},
                        {"15us", 15us},
                        {"3ns", 3ns},
                        {"1.5h", 90min},
                        {"0.5s", 500ms},
                        {"1.123456789s", 1'123'456'789ns},
                        {"0s", 0s},
                        {"2.25ms", 2250us},
                        {"0.1d", 144min}};
    for (const Row& row : rows) {
        INFO(row.text);
        const auto parsed = parse_duration(row.text);
        REQUIRE(parsed.has_value());
        CHECK(*parsed == row.duration);
    }
    for (const std::string_view text : {"",
                                        "5",
                                        "s",
                                        "-5m",
                                        "+5m",
                                        "5 m",
                                        "5min",
                                        "0m",
                                        "0ms",
                                        "0.0s",
                                        "1..5h",
                                        "1.h",
                                        ".5h",
                                        "1.5.5h",
                                        "5M",
                                        "1e3s",
                                        "300000000000d",
                                        "99999999999999999999s",
                                        "0.0000000001ns",
                                        "5m "}) {
        INFO(text);
        const auto parsed = parse_duration(text);
        REQUIRE_FALSE(parsed.has_value());
        CHECK(parsed.error().code == Errc::invalid);
        CHECK(parsed.error().detail.find("unit") != std::string::npos);
    }
}

TEST_CASE("durations are written in the largest unit that needs no fraction") {
    CHECK(format_duration(0s) == "0s");
    CHECK(format_duration(60s) == "1m");
    CHECK(format_duration(90s) == "90s");
    CHECK(format_duration(3600s) == "1h");
    CHECK(format_duration(24h) == "1d");
    CHECK(format_duration(168h) == "7d");
    CHECK(format_duration(1500ms) == "1500ms");
    CHECK(format_duration(1us) == "1us");
    CHECK(format_duration(1ns) == "1ns");
    CHECK(format_duration(-5min) == "-5m");
}

TEST_CASE("a time parameter is RFC 3339, a number, now, or relative") {
    const Timestamp now = at_seconds(kLeapDay);
    CHECK(*parse_time_parameter("now", now) == now);
    CHECK(*parse_time_parameter("-15m", now) == now - 15min);
    CHECK(*parse_time_parameter("-7d", now) == now - 168h);
    CHECK(*parse_time_parameter("-1.5h", now) == now - 90min);
    CHECK(*parse_time_parameter("2024-02-29T12:34:56Z", at_seconds(0)) == now);
    CHECK(*parse_time_parameter("1709210096", at_seconds(0)) == now);
    CHECK(*parse_time_parameter("1709210096000", at_seconds(0)) == now);
    CHECK(*parse_time_parameter("1709210096.5", at_seconds(0)) == now + 500ms);
    for (const std::string_view text : {"", "soon", "15m", "+15m", "-", "-15", "--15m", "-15x", "now-", "2024-02-29", "2024-02-29T12:34:56",
                                        "2024-02-29T18:04:56 05:30", "-99999w", "99999999999"}) {
        INFO(text);
        const auto parsed = parse_time_parameter(text, now);
        CHECK(parsed.has_value() == (text == "-15"));  // fifteen seconds before the epoch
        if (!parsed) CHECK(parsed.error().detail.find("RFC 3339") != std::string::npos);
    }
    CHECK(parse_time_parameter("2024-02-29T18:04:56 05:30", now).error().detail.find("%2B") != std::string::npos);
}

TEST_CASE("a time as a parameter may be of any year; beyond those of records it is their end") {
    const Timestamp now = at_seconds(1'709'210'096);
    const struct {
        const char* text;
        Timestamp at;
    } cases[] = {
        {"0001-01-01T00:00:00Z", kTimestampMin},           {"0000-02-29T00:00:00Z", kTimestampMin},
        {"1677-09-21T00:12:43.145224192Z", kTimestampMin}, {"1677-12-31T23:59:59.999999999Z", kTimestampMin},
        {"1678-01-01T00:00:00Z", kTimestampMin},           {"1678-01-01T00:00:00+05:00", kTimestampMin},
        {"2261-12-31T23:59:59Z", kTimestampEnd - 1s},      {"2261-12-31T23:59:59-05:00", kTimestampEnd},
        {"2262-01-01T00:00:00Z", kTimestampEnd},           {"2262-04-11T23:47:16.854775807Z", kTimestampEnd},
        {"9999-12-31T23:59:59.999999999Z", kTimestampEnd}, {"9996-02-29 12:00:00+14:00", kTimestampEnd},
        {"9999-12-31T23:59:60Z", kTimestampEnd},
    };
    for (const auto& it : cases) {
        INFO(it.text);
        const auto parsed = parse_time_parameter(it.text, now);
        REQUIRE(parsed);
        CHECK(*parsed == it.at);
    }
    for (const char* text : {"0001-02-29T00:00:00Z", "9999-02-29T00:00:00Z", "2300-02-29T00:00:00Z", "9999-13-01T00:00:00Z",
                             "0001-00-01T00:00:00Z", "9999-01-01T24:00:00Z", "9999-01-01T12:00:60Z", "99x9-01-01T00:00:00Z",
                             "x999-01-01T00:00:00Z", "9999-01-01T00:00:00", "10000-01-01T00:00:00Z", "-001-01-01T00:00:00Z"}) {
        INFO(text);
        CHECK_FALSE(parse_time_parameter(text, now));
        CHECK_FALSE(parse_rfc3339(text));
    }
    CHECK_FALSE(parse_rfc3339("9999-12-31T23:59:59Z"));  // as a record's time it is none
}
