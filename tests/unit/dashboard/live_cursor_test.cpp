#include "live_cursor.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logchute::dashboard;

TEST_CASE("a cursor reads back as it was") {
    const Position inside{.epoch = 1'763'745'000'123, .sequence = 4711, .ordinal = 3};
    const Position whole{.epoch = 7, .sequence = 0, .ordinal = Position::kWhole};
    LiveCursor log;
    log[LiveKind::log] = inside;
    LiveCursor all = log;
    all[LiveKind::upload] = whole;
    all[LiveKind::alert] = Position{.epoch = 0, .sequence = 18'446'744'073'709'551'615U, .ordinal = 0};
    for (const LiveCursor& cursor : {log, all}) {
        INFO(cursor.text());
        CHECK(parse_live_cursor(cursor.text()) == cursor);
    }
    CHECK(log.text() == "l4711-3.mi948fy3");
}

TEST_CASE("what is no cursor is none") {
    for (const char* text : {"", "l", "l1", "1-0.a", "l1-.a", "l-1.a", "l1-0.", "l1-0.a.", "l1-0.a~", "~l1-0.a", "l1-0.a~l2-0.a", "x1-0.a",
                             "l1-0.A b", "l99999999999999999999-0.a", "l1-99999999999.a", "l+1-0.a", " l1-0.a", "l1-0.a\n"}) {
        INFO(text);
        CHECK_FALSE(parse_live_cursor(text));
    }
}

TEST_CASE("a position says what comes next, and what it has come past") {
    const Position inside{.epoch = 1, .sequence = 5, .ordinal = 2};
    CHECK(inside.next() == 5);
    CHECK(inside.covers(5, 2));
    CHECK_FALSE(inside.covers(5, 3));
    CHECK(inside.covers(4, 9));
    CHECK_FALSE(inside.covers(6, 0));
    const Position whole{.epoch = 1, .sequence = 5};
    CHECK(whole.next() == 6);
    CHECK(whole.covers(5, 1'000'000));
}
