#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>

#include "parsed.hpp"

using namespace logchute;
using logchute::test::kReceived;
using logchute::test::Parsed;
using nlohmann::json;

namespace {

struct Case {
    std::string line;
    std::string_view time;  ///< Empty: none found.
    Level level;
    std::string_view message;
    json fields = json::object();
};

void check(const Case& expected) {
    INFO(expected.line);
    const Parsed parsed(expected.line, Format::plain);
    const LogRecord& record = parsed.record();
    CHECK(record.timestamp_is_receipt == expected.time.empty());
    CHECK(format_rfc3339(record.timestamp) == (expected.time.empty() ? format_rfc3339(kReceived) : std::string(expected.time)));
    CHECK(to_string(record.level) == to_string(expected.level));
    CHECK(record.message == expected.message);
    CHECK(record.raw == expected.line);
    CHECK(parsed.fields() == expected.fields);
    CHECK(record.timestamp_text.empty() == expected.time.empty());
    CHECK(expected.line.find(record.timestamp_text) != std::string::npos);
}

constexpr std::string_view kTen = "2026-01-05T10:00:00Z";
constexpr std::string_view kTenAndMillis = "2026-01-05T10:00:00.123000000Z";

}  // namespace

TEST_CASE("times are found at the head of plain text") {
    const std::pair<std::string, std::string_view> cases[] = {
        {"2026-01-05T10:00:00Z", kTen},
        {"2026-01-05T11:00:00+01:00", kTen},
        {"2026-01-05T11:00:00+0100", kTen},
        {"2026-01-05T05:00:00-05", kTen},
        {"2026-01-05T10:00:00.123Z", kTenAndMillis},
        {"2026-01-05T10:00:00,123", kTenAndMillis},
        {"2026-01-05 10:00:00", kTen},
        {"2026-01-05 10:00:00.123", kTenAndMillis},
        {"2026-01-05 10:00:00.123 UTC", kTenAndMillis},
        {"2026-01-05 10:00:00 GMT", kTen},
        {"2026-01-05 10:00:00 +0000", kTen},
        {"2026-01-05 11:00:00.123 +01:00", kTenAndMillis},
        {"2026-01-05 10:00:00.1230000001234", kTenAndMillis},
        {"[2026-01-05 10:00:00]", kTen},
        {"(2026-01-05 10:00:00)", kTen},
        {"2026/01/05 10:00:00", kTen},
        {"2026/01/05 10:00:00.123", kTenAndMillis},
        {"20260105 100000", kTen},
        {"260105 100000", kTen},
        {"260105 10:00:00", kTen},
        {"20260105T100000Z", kTen},
        {"05/Jan/2026:11:00:00 +0100", kTen},
        {"05-Jan-2026 10:00:00.123", kTenAndMillis},
        {"05 Jan 2026 10:00:00.123", kTenAndMillis},
        {"Mon Jan 05 10:00:00 2026", kTen},
        {"[Mon Jan 05 10:00:00.123 2026]", kTenAndMillis},
        {"Mon, 05 Jan 2026 10:00:00 GMT", kTen},
        {"Jan  5 10:00:00", kTen},
        {"Jan 05 10:00:00 2026", kTen},
        {"01-05 10:00:00.123", kTenAndMillis},
        {"1767607200", kTen},
        {"1767607200.123", kTenAndMillis},
        {"1767607200123", kTenAndMillis},
        {"1767607200123000", kTenAndMillis},
        {"[1767607200123000000]", kTenAndMillis},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
    };
    for (const auto& [head, time] : cases) {
        check({head + " hello there", time, Level::unknown, "hello there"});
        check({head, time, Level::unknown, ""});
    }
}

TEST_CASE("what is no possible time, or part of a longer word, is text") {
    for (const std::string line : {
             "2026-13-05 10:00:00 hello",
             "2026-02-30 10:00:00 hello",
             "2026-01-05 24:00:00 hello",
             "2026-01-05 10:60:00 hello",
             "2026-01-05 hello",
             "2026-01-05 10:00 hello",
             "2026-01-05T10:00:00abc hello",
             "2026-01-05X10:00:00 hello",
             "0000-01-05 10:00:00 hello",
             "261305 100000 hello",
             "123456 hello",
             "123456 123 hello",
             "1767607200abc",
             "1767607200: hello",
             "9767607200 hello",
             "176760720 hello",
             "17676072001 hello",
             "Jan 32 10:00:00 hello",
             "Jan five",
             "Sunday morning, all quiet",
             "Sun Jan 32 10:00:00 2026 x",
             "Foo 05 10:00:00",
             "13-05 10:00:00 hello",
             "10:00:00 hello",
             "[2026-99-99 10:00:00] hello",
             "  2026-01-05 10:00:00 indented",
             "v2026-01-05 10:00:00",
         }) {
        check({line, "", Level::unknown, line});
    }
}

TEST_CASE("levels beside the time are found, and taken off where they say nothing else") {
    const struct {
        std::string rest;
        Level level;
        std::string_view message;
    } cases[] = {
        {"INFO hello", Level::info, "hello"},
        {"INFO  [main] hello", Level::info, "[main] hello"},
        {" WARN 77 --- [main] a.b.C : hello", Level::warn, "77 --- [main] a.b.C : hello"},
        {"- ERROR - hello", Level::error, "hello"},
        {"- INFO  [Worker@7] - hello", Level::info, "[Worker@7] - hello"},
        {"| DEBUG | hello", Level::debug, "hello"},
        {"[ERROR] hello", Level::error, "hello"},
        {"[error] 77#0: *5 hello", Level::error, "77#0: *5 hello"},
        {"[ warn ] hello", Level::warn, "hello"},
        {"<notice> hello", Level::info, "hello"},
        {"(E) hello", Level::error, "hello"},
        {"FATAL: hello", Level::fatal, "hello"},
        {", TRACE, hello", Level::trace, "hello"},
        {"CRITICAL", Level::fatal, ""},
        {"[core:error] [pid 7:tid 8] hello", Level::error, "[core:error] [pid 7:tid 8] hello"},
        {"app.ERROR: hello", Level::error, "app.ERROR: hello"},
        {"error opening the file", Level::error, "error opening the file"},
        {"error: hello", Level::error, "error: hello"},
        {"[main] INFO a.b.C - hello", Level::info, "[main] INFO a.b.C - hello"},
        {"[7] LOG:  hello", Level::unknown, "[7] LOG:  hello"},
        {"[7] ERROR:  hello", Level::error, "[7] ERROR:  hello"},
        {"- app.worker - WARNING - hello", Level::warn, "app.worker - WARNING - hello"},
        {"[main][DEBUG] hello", Level::debug, "[main][DEBUG] hello"},
        // No levels:
        {"hello ERROR", Level::unknown, "hello ERROR"},
        {"the ERROR button was pressed", Level::unknown, "the ERROR button was pressed"},
        {"ERRORS were found", Level::unknown, "ERRORS were found"},
        {"ERROR_CODE 7", Level::unknown, "ERROR_CODE 7"},
        {"[3] hello", Level::unknown, "[3] hello"},
        {"[unknown] hello", Level::unknown, "[unknown] hello"},
        {"[client 192.0.2.7] hello", Level::unknown, "[client 192.0.2.7] hello"},
        {"information is scarce", Level::info, "information is scarce"},
        {"- hello", Level::unknown, "hello"},
        {"--- hello", Level::unknown, "--- hello"},
        {"-1 is negative", Level::unknown, "-1 is negative"},
        {":-) hello", Level::unknown, ":-) hello"},
        {"I am here", Level::unknown, "I am here"},
    };
    for (const auto& [rest, level, message] : cases) check({"2026-01-05 10:00:00,123 " + rest, kTenAndMillis, level, message});
}

TEST_CASE("levels without a time in front must be plainer") {
    const Case cases[] = {
        {"ERROR: hello", "", Level::error, "hello"},
        {"ERROR hello", "", Level::error, "hello"},
        {"ERROR:root:hello", "", Level::error, "root:hello"},
        {"[WARN] hello", "", Level::warn, "hello"},
        {"[warning]  hello", "", Level::warn, "hello"},
        {"error: no such file", "", Level::error, "error: no such file"},
        {"Warning: deprecated", "", Level::warn, "Warning: deprecated"},
        {"panic: runtime error", "", Level::fatal, "panic: runtime error"},
        {"[main] ERROR a.b.C - hello", "", Level::error, "[main] ERROR a.b.C - hello"},
        {"10:00:00.123 [main] INFO  a.b.C - hello", "", Level::info, "10:00:00.123 [main] INFO  a.b.C - hello"},
        {"hello", "", Level::unknown, "hello"},
        {"error opening the file", "", Level::unknown, "error opening the file"},
        {"NOTE that this is text", "", Level::unknown, "NOTE that this is text"},
        {"FAIL TestIt", "", Level::unknown, "FAIL TestIt"},
        {"[E] hello", "", Level::unknown, "[E] hello"},
        {"7 ERROR pages", "", Level::unknown, "7 ERROR pages"},
        {"app - ERROR - hello", "", Level::unknown, "app - ERROR - hello"},
        {"", "", Level::unknown, ""},
    };
    for (const Case& it : cases) {
        if (!it.line.empty()) check(it);
    }
}

TEST_CASE("the level may stand before the time") {
    check({"INFO 2026-01-05 10:00:00,123 views hello", kTenAndMillis, Level::info, "views hello"});
    check({"[INFO] [2026-01-05 10:00:00.123] hello", kTenAndMillis, Level::info, "hello"});
    check({"WARN  [2026-01-05 10:00:00,123] a.b.C: hello", kTenAndMillis, Level::warn, "a.b.C: hello"});
}

TEST_CASE("the shapes of well-known programs are read") {
    const Case cases[] = {
        // Hadoop
        {"260105 100000 148 INFO dfs.Thing$Part: done with blk_-7", kTen, Level::info, "dfs.Thing$Part: done with blk_-7", {{"pid", 148}}},
        // glog and klog
        {"E0105 10:00:00.123    77 main.cc:12] hello", kTenAndMillis, Level::error, "main.cc:12] hello", {{"tid", 77}}},
        {"I20260105 10:00:00.123 77 main.cc:12] hello", kTenAndMillis, Level::info, "main.cc:12] hello", {{"tid", 77}}},
        {"W0105 10:00:00.123 main.cc:12] hello", kTenAndMillis, Level::warn, "main.cc:12] hello"},
        // Android
        {"01-05 10:00:00.123  1234  5678 E Tag: hello", kTenAndMillis, Level::error, "Tag: hello", {{"pid", 1234}, {"tid", 5678}}},
        {"2026-01-05 10:00:00.123 +0000  1234  5678 V Tag: hello",
         kTenAndMillis,
         Level::trace,
         "Tag: hello",
         {{"pid", 1234}, {"tid", 5678}}},
        // Apache's error log
        {"[Mon Jan 05 10:00:00 2026] [notice] hello", kTen, Level::info, "hello"},
        {"[Mon Jan 05 10:00:00.123 2026] [error] [client 192.0.2.7] hello", kTenAndMillis, Level::error, "[client 192.0.2.7] hello"},
        // nginx
        {"2026/01/05 10:00:00 [error] 7#0: *5 open() failed", kTen, Level::error, "7#0: *5 open() failed"},
        // Go
        {"2026/01/05 10:00:00 hello", kTen, Level::unknown, "hello"},
        // log4j, Python, Spring Boot, Rust
        {"2026-01-05 10:00:00,123 - WARN  [Worker@7] - hello", kTenAndMillis, Level::warn, "[Worker@7] - hello"},
        {"2026-01-05 10:00:00,123 ERROR hello", kTenAndMillis, Level::error, "hello"},
        {"2026-01-05T11:00:00.123+01:00  INFO 7 --- [main] a.b.C : hello", kTenAndMillis, Level::info, "7 --- [main] a.b.C : hello"},
        {"[2026-01-05T10:00:00Z INFO  app] hello", kTen, Level::info, "app] hello"},
        // PostgreSQL, with a zone that only it knows
        {"2026-01-05 10:00:00.123 CET [77] FATAL:  hello", kTenAndMillis, Level::unknown, "CET [77] FATAL:  hello"},
        {"2026-01-05 10:00:00.123 UTC [77] FATAL:  hello", kTenAndMillis, Level::fatal, "[77] FATAL:  hello"},
        // Not quite
        {"E1305 10:00:00.123 77 main.cc:12] hello", "", Level::unknown, "E1305 10:00:00.123 77 main.cc:12] hello"},
        {"Error0105", "", Level::unknown, "Error0105"},
        {"01-05 10:00:00.123  1234  5678 X Tag: hello", kTenAndMillis, Level::unknown, "1234  5678 X Tag: hello"},
        {"260105 100000 148 hello", kTen, Level::unknown, "148 hello"},
    };
    for (const Case& it : cases) check(it);
}

TEST_CASE("plain text refuses nothing, and shows as UTF-8 what is not") {
    const std::pair<std::string, std::string> cases[] = {
        {"gr\xc3\xbc\xc3\x9f"
         "e",
         "gr\xc3\xbc\xc3\x9f"
         "e"},
        {"a\xff"
         "b",
         "a\xef\xbf\xbd"
         "b"},
        {"\xc3", "\xef\xbf\xbd"},
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {std::string("a\0b", 3), std::string("a\0b", 3)},
        {"\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"},
        {std::string(100'000, '['), std::string(100'000, '[')},
        {std::string(100'000, '1'), std::string(100'000, '1')},
    };
    for (const auto& [line, message] : cases) {
        const Parsed parsed(line, Format::plain);
        CHECK(parsed.record().message == message);
        CHECK(parsed.record().raw == line);
    }
    const Parsed dated("2026-01-05 10:00:00 ERROR a\xff", Format::plain);
    CHECK(dated.record().message == "a\xef\xbf\xbd");
    CHECK(dated.record().timestamp_text == "2026-01-05 10:00:00");
    CHECK(dated.record().level == Level::error);
}

TEST_CASE("lines that continue a record are part of its message") {
    const std::string trace =
        "2026-01-05 10:00:00,001 ERROR it broke\n\tat com.example.Foo.bar(Foo.java:7)\n\tat com.example.Main.main(Main.java:1)\n"
        "2026-01-05 10:00:01,000 INFO it runs again\n";
    const Parsed parsed(trace, BatchOptions{.join = true});
    REQUIRE(parsed.batch.records.size() == 2);
    CHECK(parsed.batch.lines == 4);
    CHECK(parsed.batch.records[0].message == "it broke\n\tat com.example.Foo.bar(Foo.java:7)\n\tat com.example.Main.main(Main.java:1)");
    CHECK(parsed.batch.records[0].level == Level::error);
    CHECK(parsed.batch.records[1].message == "it runs again");

    const Parsed crlf("ERROR it broke\r\n\tat a.b.C(D.java:7)\r\n", BatchOptions{.join = true});
    CHECK(crlf.record().message == "it broke\n\tat a.b.C(D.java:7)");
    CHECK(crlf.record().raw == "ERROR it broke\r\n\tat a.b.C(D.java:7)");
}
