#include "duckdb/record_key.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logchute::store;
using namespace logchute::store::duck;

TEST_CASE("records of one time are in the order in which they came") {
    CHECK(RecordKey{1, 9, 9} < RecordKey{2, 1, 1});
    CHECK(RecordKey{1, 1, 9} < RecordKey{1, 2, 1});
    CHECK(RecordKey{1, 1, 1} < RecordKey{1, 1, 2});
    CHECK(precedes({2, 0, 0}, {1, 0, 0}, Order::newest_first));
    CHECK_FALSE(precedes({1, 0, 0}, {1, 0, 0}, Order::newest_first));
    CHECK(precedes({-1, 0, 0}, {1, 0, 0}, Order::oldest_first));
}

TEST_CASE("an id names its record") {
    for (const auto& [seq, ord] : {std::pair<std::uint64_t, std::uint32_t>{0, 0}, {1, 35}, {36, 36}, {UINT64_MAX, UINT32_MAX}}) {
        std::string id;
        append_record_id(id, seq, ord);
        const auto name = parse_record_id(id);
        REQUIRE(name);
        CHECK(name->seq == seq);
        CHECK(name->ord == ord);
    }
}

TEST_CASE("what is no id is none") {
    for (const char* id : {"", "-", "1-", "-1", "1", "1-2-3", "1 -2", "01-2", "1-02", "A-1", "+1-1", "1--1", "g!-1", "3w5e11264sgsg-0",
                           "1-1z141z4", "../../etc/passwd", "' OR 1=1 --"}) {
        INFO(id);
        CHECK_FALSE(parse_record_id(id));
    }
}

TEST_CASE("a cursor comes back as the place it marks, in its own order alone") {
    for (const auto& key :
         {RecordKey{0, 0, 0}, RecordKey{-5, 1, 2}, RecordKey{INT64_MIN, UINT64_MAX, UINT32_MAX}, RecordKey{INT64_MAX, 7, 0}}) {
        const auto cursor = format_cursor(key, Order::newest_first);
        CHECK(parse_cursor(cursor, Order::newest_first) == key);
        CHECK_FALSE(parse_cursor(cursor, Order::oldest_first));
    }
}

TEST_CASE("what is no cursor is none") {
    const auto cursor = format_cursor({123456789, 42, 7}, Order::newest_first);
    for (std::size_t at = 0; at < cursor.size(); ++at) {
        auto changed = cursor;
        changed[at] = changed[at] == '1' ? '2' : '1';
        INFO(changed);
        CHECK_FALSE(parse_cursor(changed, Order::newest_first));
    }
    for (const char* text : {"", "garbage", "1.2.3", "1.2.3.4", "...", "1.2.3.4.5"}) CHECK_FALSE(parse_cursor(text, Order::newest_first));
}
