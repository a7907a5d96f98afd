#include "answers.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <string>

using namespace logchute;
using namespace logchute::dashboard;
using namespace std::chrono_literals;

TEST_CASE("lines become an array") {
    const struct {
        const char* lines;
        const char* array;
    } cases[] = {{"", "[]"}, {"{}\n", "[{}]"}, {"{\"a\":1}\n{\"b\":2}\n", "[{\"a\":1},{\"b\":2}]"}, {"{}\n{}", "[{},{}]"}};
    for (const auto& it : cases) {
        std::string out;
        append_array(out, it.lines);
        CHECK(out == it.array);
    }
}

TEST_CASE("a page says whether there is another") {
    CHECK(search_json({"{}\n", 1, ""}, Stopwatch()).starts_with(R"({"records":[{}],"next_cursor":null,"took_ms":)"));
    CHECK(search_json({"{}\n", 1, "abc"}, Stopwatch()).starts_with(R"({"records":[{}],"next_cursor":"abc","took_ms":)"));
}

TEST_CASE("stats have groups by name, and values where asked for") {
    store::Stats stats{.total = 5, .other = 1, .value = 2.5, .groups = {{{"api", "error"}, 4, 10.0}}};
    CHECK(stats_json(stats, {}, false, Stopwatch()).starts_with(R"({"total":5,"took_ms":)"));
    CHECK(stats_json(stats, {}, true, Stopwatch()).starts_with(R"({"total":5,"value":2.5,"took_ms":)"));
    CHECK(stats_json(stats, {"service", "level"}, true, Stopwatch())
              .starts_with(R"({"total":5,"groups":[{"key":{"service":"api","level":"error"},"count":4,"value":10}],"other":1,"took_ms":)"));
    stats.value = std::nan("");
    CHECK(stats_json(stats, {}, true, Stopwatch()).starts_with(R"({"total":5,"value":null,)"));
}

TEST_CASE("a histogram has a point for each step") {
    const store::Histogram histogram{.first = from_nanos(0), .total = 3, .series = {{"error", {1, 0, 2}}}};
    CHECK(
        histogram_json(histogram, "1m", 1min, Stopwatch())
            .starts_with(
                R"({"step":"1m","total":3,"series":[{"key":"error","points":[["1970-01-01T00:00:00Z",1],["1970-01-01T00:01:00Z",0],["1970-01-01T00:02:00Z",2]]}],"took_ms":)"));
}

TEST_CASE("names and values of fields are escaped") {
    const std::vector<store::FieldInfo> fields{{"a\"b", "field", "string", 2, {{"x\ny", 2}}}};
    CHECK(fields_json(fields) ==
          R"({"fields":[{"name":"a\"b","kind":"field","type":"string","count":2,"top":[{"value":"x\ny","count":2}]}]})");
}
