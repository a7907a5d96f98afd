#include "logchute/core/level.hpp"

#include <catch2/catch_test_macros.hpp>
#include <initializer_list>
#include <string>

using namespace logchute;

TEST_CASE("every usual spelling of a level is understood, in any case") {
    struct Row {
        Level level;
        std::initializer_list<std::string_view> spellings;
    };
    const Row rows[] = {
        {Level::trace, {"trace", "TRACE", "Trace", "T", "TRC", "verbose", "V", "finest", "SEVERITY_TRACE", "trace3", "10"}},
        {Level::debug, {"debug", "DEBUG", "Debug", "D", "dbg", "fine", "DEBUG2", "debug5", "D3", "7", "20", "LogLevel_Debug"}},
        {Level::info,
         {"info", "INFO", "I", "Information", "informational", "notice", "NOTICE", "note", "LOG", "5", "6", "30", "LEVEL_INFO", " info "}},
        {Level::warn, {"warn", "WARN", "Warning", "WARNING", "W", "wrn", "4", "40", "SEVERITY_WARN", "severity_warning"}},
        {Level::error, {"error", "ERROR", "err", "ERR", "E", "Severe", "fail", "3", "50", "SEVERITY_ERROR", "SEVERITY_NUMBER_ERROR"}},
        {Level::fatal,
         {"fatal", "FATAL", "F", "crit", "CRITICAL", "C", "alert", "emerg", "Emergency", "panic", "dpanic", "A", "assert", "0", "1", "2",
          "60"}},
        {Level::unknown, {"unknown", "UNKNOWN"}},
    };
    for (const Row& row : rows) {
        for (const std::string_view spelling : row.spellings) {
            INFO(spelling);
            CHECK(parse_level(spelling) == row.level);
        }
    }
}

TEST_CASE("a spelling that nobody knows is no level") {
    for (const std::string_view spelling : {"",
                                            " ",
                                            "loud",
                                            "infos",
                                            "in",
                                            "warned",
                                            "8",
                                            "9",
                                            "11",
                                            "35",
                                            "70",
                                            "-1",
                                            "3.5",
                                            "3x",
                                            "99999999999999999999",
                                            "error0",
                                            "error6",
                                            "SEVERITY_",
                                            "severity_loud",
                                            "LEVEL_",
                                            "debug22",
                                            "\xff",
                                            "inf\xc3\xb6",
                                            "InformationalX"}) {
        INFO(spelling);
        CHECK_FALSE(parse_level(spelling).has_value());
    }
    CHECK_FALSE(parse_level(std::string(1 << 16, 'e')).has_value());
    CHECK_FALSE(parse_level(std::string_view("info\0", 5)).has_value());
    CHECK_FALSE(parse_level(std::string_view("\0info", 5)).has_value());
}

TEST_CASE("each level's own name reads back as that level") {
    for (const Level level : kLevels) CHECK(parse_level(to_string(level)) == level);
}

TEST_CASE("numbers are syslog's severities or pino's levels") {
    CHECK(level_from_number(0) == Level::fatal);
    CHECK(level_from_number(2) == Level::fatal);
    CHECK(level_from_number(3) == Level::error);
    CHECK(level_from_number(4) == Level::warn);
    CHECK(level_from_number(5) == Level::info);
    CHECK(level_from_number(6) == Level::info);
    CHECK(level_from_number(7) == Level::debug);
    CHECK(level_from_number(10) == Level::trace);
    CHECK(level_from_number(20) == Level::debug);
    CHECK(level_from_number(30) == Level::info);
    CHECK(level_from_number(40) == Level::warn);
    CHECK(level_from_number(50) == Level::error);
    CHECK(level_from_number(60) == Level::fatal);
    for (const std::int64_t number : {-1L, 8L, 9L, 15L, 61L, 70L, 1L << 40}) CHECK_FALSE(level_from_number(number).has_value());
}
