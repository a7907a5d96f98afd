#include "dotenv.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logchute::runtime;

TEST_CASE(".env is read as shells and compose read it") {
    struct Case {
        const char* text;
        const char* value;  // of A
    };
    for (const auto& [text, value] : {Case{"A=1", "1"},
                                      {"A=", ""},
                                      {"A= ", ""},
                                      {"export A=1", "1"},
                                      {"  export   A=1", "1"},
                                      {"A = 1", "1"},
                                      {"A=a b  ", "a b"},
                                      {"A=1\r\n", "1"},
                                      {"\xEF\xBB\xBF"
                                       "A=1",
                                       "1"},
                                      {"A=1 # why", "1"},
                                      {"A=1#2", "1#2"},
                                      {"A=#2", ""},
                                      {"A='$x # \"y\"' # why", "$x # \"y\""},
                                      {R"(A="a\n\"b\"\\\$c\q")", "a\n\"b\"\\$c\\q"},
                                      {"A=\"two\nlines\"", "two\nlines"},
                                      {"A='two\nlines'", "two\nlines"},
                                      {"A=$HOME", "$HOME"},
                                      {"A=x=y", "x=y"},
                                      {"# A=2\n\nA=1", "1"},
                                      {"export=9\nA=1", "1"}}) {
        CAPTURE(text);
        Faults faults;
        const auto all = parse_dotenv(text, ".env", faults);
        CHECK(faults.empty());
        REQUIRE_FALSE(all.empty());
        CHECK(all.back().name == "A");
        CHECK(all.back().value == value);
    }
}

TEST_CASE("a broken line of .env is told with its number, and the next one is read") {
    struct Case {
        const char* text;
        int line;
        const char* told;
    };
    for (const auto& [text, line, told] : {Case{"A=1\nB\nC=3", 2, "expected NAME=VALUE"},
                                           {"=1\nC=3", 1, "expected NAME=VALUE"},
                                           {"A B=1\nC=3", 1, "expected NAME=VALUE"},
                                           {"A='x' y\nC=3", 1, "after the closing quote"},
                                           {"C=3\nA=\"x\ny", 2, "never closed"}}) {
        CAPTURE(text);
        Faults faults;
        const auto all = parse_dotenv(text, ".env", faults);
        REQUIRE(faults.size() == 1);
        CHECK(faults[0].at.line == line);
        CHECK(faults[0].text.find(told) != std::string::npos);
        REQUIRE_FALSE(all.empty());
        CHECK((all.front().name == "C" || all.back().name == "C"));
    }
}

TEST_CASE("lines are counted across values that span them") {
    Faults faults;
    const auto all = parse_dotenv("A='1\n2\n3'\nB=4", ".env", faults);
    REQUIRE(all.size() == 2);
    CHECK(all[0].line == 1);
    CHECK(all[1].line == 4);
}
