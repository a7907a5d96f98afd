#include "csv.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logchute::dashboard;

TEST_CASE("a record is one row, in the order of the head") {
    std::string out;
    append_csv_head(out);
    REQUIRE(append_csv_row(
        out,
        R"({"id":"1-0","source":"http","timestamp":"2026-01-01T00:00:00Z","level":"info","service":"api","host":"","message":"hi","tags":{"a":"b"},"fields":{}})"));
    CHECK(out ==
          "timestamp,level,service,host,message,source,id,tags,fields\r\n"
          "2026-01-01T00:00:00Z,info,api,,hi,http,1-0,\"{\"\"a\"\":\"\"b\"\"}\",{}\r\n");
}

TEST_CASE("cells are quoted where they must be, and formulas are defused") {
    const struct {
        const char* json;
        const char* cell;
    } cases[] = {
        {R"("plain")", "plain"},
        {R"("a,b")", "\"a,b\""},
        {R"("say \"hi\"")", "\"say \"\"hi\"\"\""},
        {R"("two\nlines")", "\"two\nlines\""},
        {R"("=1+1")", "\"'=1+1\""},
        {R"("+1")", "\"'+1\""},
        {R"("-x")", "\"'-x\""},
        {R"x("@SUM(A1)")x", "\"'@SUM(A1)\""},
        {R"("\tx")", "\"'\tx\""},
        {R"("\rx")", "\"'\rx\""},
        {R"("ü☃")", "ü☃"},
    };
    for (const auto& it : cases) {
        std::string out;
        REQUIRE(append_csv_row(out, "{\"message\":" + std::string(it.json) + "}"));
        CHECK(out == ",,,," + std::string(it.cell) + ",,,,\r\n");
    }
}

TEST_CASE("what is no record is a failure, not a row") {
    std::string out;
    CHECK_FALSE(append_csv_row(out, "not JSON"));
    CHECK_FALSE(append_csv_row(out, "[]"));
}
