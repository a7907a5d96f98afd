#include <catch2/catch_test_macros.hpp>

#include "store_fixture.hpp"

using namespace logchute;
using namespace logchute::store;
using namespace logchute::store::testing;

TEST_CASE("records of any bytes go in, come out, and hurt no other") {
    using namespace std::string_literals;
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    const std::vector<std::string> messages{"'; DROP TABLE logs; --",
                                            "\"quotes\" and \\ backslashes",
                                            "nul \0 inside"s,
                                            "control \x01\x02\x03\x1b[31m",
                                            "\xff\xfe not utf-8",
                                            "cut \xe2\x98",
                                            "ünïcode ☃ \U0001f600",
                                            std::string(1 << 20, 'x'),
                                            "$1 ? ?1 {} %s",
                                            "\u202eright to left",
                                            ""};
    std::vector<LogRecord> records;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        LogRecord record;
        record.timestamp = from_nanos(kNoon + static_cast<std::int64_t>(i));
        record.ordinal = static_cast<std::uint32_t>(i);
        record.message = messages[i];
        record.raw = messages[i];
        record.service = i % 2 == 0 ? std::string_view(messages[0]) : std::string_view();
        records.push_back(record);
    }
    BatchBuilder builder;
    REQUIRE(store.append(builder.records(1, records, "sour\xff'ce").batch()));
    CHECK(count_of(store, "") == messages.size());
    const auto page = store.search(search_for("", 100, Order::oldest_first)).value();
    REQUIRE(page.count == messages.size());
    const auto lines = lines_of(page.lines);
    REQUIRE(lines.size() == messages.size());
    for (std::size_t i = 0; i < messages.size(); ++i) {
        LogRecord expected = records[i];
        std::string line;
        append_record_json(line, expected, member_of(lines[i], "id"), "sour\xff'ce");
        CHECK(lines[i].substr(0, 200) == line.substr(0, 200));
        CHECK(lines[i].size() == line.size());
    }
    CHECK(count_of(store, "raw:~\"^.. not utf-8\"") + count_of(store, "raw:~\"not utf-8$\"") >= 1);
    CHECK(count_of(store, "raw:~\"DROP TABLE\"") == 1);
    CHECK(store.fields({}).has_value());
    StatsRequest by_service;
    by_service.by = {"service"};
    CHECK(store.stats(by_service)->groups.size() == 2);
}

TEST_CASE("a line comes back as it came, whichever way it is kept") {
    const TempFolder folder;
    std::string text;
    for (int n = 0; n < 50; ++n) {
        const auto number = std::to_string(n);
        text += R"({"timestamp":"2026-11-21T10:00:)" + std::to_string(10 + n % 50) +
                R"(.000Z","level":"info","service":"s","message":"form )" + number + R"(","fields":{"n":)" + number + "}}\n";
        text += R"({ "msg" :  "flat )" + number + R"(", "ts":17000000)" + std::to_string(10 + n) +
                R"( ,"extra": 1.50 })"
                "\n";
        text += R"({"message":"an \"escape\" )" + number + "\"}\n";
    }
    const auto check = [&](DuckDbStore& store) {
        CHECK(
            count_of(
                store,
                R"(raw:~"^\{.timestamp.:.2026-11-21T10:00:[0-9]{2}[.]000Z.,.level.:.info.,.service.:.s.,.message.:.form [0-9]+.,.fields.:\{.n.:[0-9]+\}\}$")") ==
            50);
        CHECK(count_of(store, R"(raw:~"^\{ .msg. :  .flat [0-9]+., .ts.:17000000[0-9]{2} ,.extra.: 1[.]50 \}$")") == 50);
        CHECK(count_of(store, R"(raw:~"an ..escape.. [0-9]+.\}$")") == 50);
    };
    {
        DuckDbStore store(options_in(folder));
        REQUIRE(append_lines(store, 1, text, Format::json));
        check(store);
    }
    DuckDbStore store(options_in(folder));
    check(store);
    REQUIRE(append_lines(store, 2,
                         R"({"timestamp":"2026-11-21T10:00:59.000Z","level":"info","service":"s","message":"form 99","fields":{"n":9}})"));
    CHECK(count_of(store, "raw:~\"form 99\"") == 1);
}
