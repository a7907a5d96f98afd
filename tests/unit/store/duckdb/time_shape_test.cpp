#include "duckdb/time_shape.hpp"

#include <catch2/catch_test_macros.hpp>

#include "logchute/core/time.hpp"

using namespace logchute;
using namespace logchute::store::duck;

TEST_CASE("a time is written again as it came, in every shape that is known") {
    // 2026-11-21T02:28:01.123456789Z, and 2005-12-04T04:47:44Z
    constexpr std::int64_t kFine = 1'795'228'081'123'456'789;
    constexpr std::int64_t kWhole = 1'133'671'664'000'000'000;
    struct Case {
        const char* text;
        std::int64_t nanos;
    };
    for (const auto& [text, nanos] : {
             Case{"2026-11-21T02:28:01.123456789Z", kFine},
             Case{"2005-12-04T04:47:44Z", kWhole},
             Case{"2005-12-04T04:47:44.000Z", kWhole},
             Case{"2005-12-04T04:47:44.0Z", kWhole},
             Case{"2005-12-04 04:47:44,000", kWhole},
             Case{"2005-12-04 04:47:44.000000", kWhole},
             Case{"2005-12-04 04:47:44", kWhole},
             Case{"2005-12-04T04:47:44+00:00", kWhole},
             Case{"2005/12/04 04:47:44", kWhole},
             Case{"1133671664", kWhole},
             Case{"1133671664.000", kWhole},
             Case{"1133671664000", kWhole},
             Case{"1133671664000000", kWhole},
             Case{"1133671664000000000", kWhole},
             Case{"1795228081123456789", kFine},
             Case{"Dec  4 04:47:44", kWhole},
             Case{"Dec 04 04:47:44", kWhole},
             Case{"Sun Dec 04 04:47:44 2005", kWhole},
             Case{"04/Dec/2005:04:47:44 +0000", kWhole},
             Case{"051204 044744", kWhole},
         }) {
        INFO(text);
        TimeWriter writer;
        const auto shape = writer.shape_of(text, nanos);
        REQUIRE(shape);
        std::string again;
        CHECK(TimeWriter().append(again, nanos, *shape));
        CHECK(again == text);
    }
}

TEST_CASE("a text that a time does not give has no shape") {
    constexpr std::int64_t kWhole = 1'133'671'664'000'000'000;
    for (const char* text :
         {"", "2005-12-04T05:47:44+01:00", "2005-12-04T04:47:45Z", "2005-12-04T04:47:44.001Z", "2005-12-04t04:47:44z",
          "2005-12-04T04:47:44.0000000000Z", "2005-12-04T04:47:44.Z", "2005-12-04T04:47:44Zulu", "+1133671664", "yesterday"}) {
        INFO(text);
        CHECK_FALSE(TimeWriter().shape_of(text, kWhole));
    }
}

TEST_CASE("times before the epoch keep their fraction") {
    std::string text;
    TimeWriter writer;
    const auto shape = writer.shape_of("1969-12-31T23:59:59.999999999Z", -1);
    REQUIRE(shape);
    CHECK(writer.append(text, -1, *shape));
    CHECK(text == "1969-12-31T23:59:59.999999999Z");
}

TEST_CASE("a shape that nobody knows writes nothing") {
    std::string text;
    for (const TimeShape shape : {TimeShape{'Z', '0'}, TimeShape{'A', 'x'}, TimeShape{'\0', '0'}, TimeShape{'@', '0'}}) {
        CHECK_FALSE(TimeWriter().append(text, 0, shape));
    }
    CHECK(text.empty());
}
