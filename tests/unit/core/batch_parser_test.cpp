#include "logchute/core/batch_parser.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "parsed.hpp"

using namespace logchute;
using logchute::test::kReceived;
using logchute::test::Parsed;
using nlohmann::json;

namespace {

std::vector<std::string_view> raws(const ParsedBatch& batch) {
    std::vector<std::string_view> out;
    for (const LogRecord& record : batch.records) out.push_back(record.raw);
    return out;
}

using Lines = std::vector<std::string_view>;

}  // namespace

TEST_CASE("formats and reasons have names") {
    for (const Format format : {Format::automatic, Format::json, Format::logfmt, Format::clf, Format::syslog, Format::plain}) {
        CHECK(parse_format(to_string(format)) == format);
    }
    CHECK(to_string(Format::automatic) == "auto");
    for (const std::string_view text : {"", "automatic", "JSON", "morse", "json "}) CHECK_FALSE(parse_format(text).has_value());
    CHECK(to_string(Reason::invalid_format) == "invalid_format");
    CHECK(to_string(Reason::invalid_json) == "invalid_json");
    CHECK(to_string(Reason::invalid_timestamp) == "invalid_timestamp");
    CHECK(to_string(Reason::invalid_utf8) == "invalid_utf8");
    CHECK(to_string(Reason::too_long) == "too_long");
    CHECK(to_string(Reason::empty) == "empty");
}

TEST_CASE("lines end in LF or CRLF, the last one in nothing if it likes, and blank ones do not count") {
    struct Row {
        std::string_view text;
        Lines raws;
    };
    const Row rows[] = {
        {"", {}},
        {"\n\r\n  \n\t\r\n", {}},
        {"one", {"one"}},
        {"one\n", {"one"}},
        {"one\r\ntwo\nthree", {"one", "two", "three"}},
        {"one\n\n \t \ntwo\n", {"one", "two"}},
        {"a\rb\n", {"a\rb"}},
        {"one\r\r\n", {"one\r"}},
    };
    for (const Row& row : rows) {
        const Parsed parsed(std::string(row.text), Format::plain);
        CHECK(raws(parsed.batch) == row.raws);
        CHECK(parsed.batch.lines == row.raws.size());
        CHECK(parsed.batch.bad.empty());
    }
}

TEST_CASE("a NUL is a byte like any other in plain text") {
    const std::string text("one\0two\nthree", 13);
    const Parsed parsed(text, Format::plain);
    CHECK(raws(parsed.batch) == Lines{std::string_view("one\0two", 7), "three"});
}

TEST_CASE("ordinals count records and bad lines alike, in order") {
    const Parsed parsed("{\"message\":\"a\"}\nnot JSON\n\n{\"message\":\"b\"}\n{}{}\n{\"message\":\"c\"}", Format::json);
    CHECK(parsed.batch.lines == 5);
    REQUIRE(parsed.batch.records.size() == 3);
    REQUIRE(parsed.batch.bad.size() == 2);
    CHECK(parsed.batch.records[0].ordinal == 0);
    CHECK(parsed.batch.bad[0].ordinal == 1);
    CHECK(parsed.batch.records[1].ordinal == 2);
    CHECK(parsed.batch.bad[1].ordinal == 3);
    CHECK(parsed.batch.records[2].ordinal == 4);
    CHECK(parsed.batch.bad[0].raw == "not JSON");
    CHECK(parsed.batch.bad[0].reason == Reason::invalid_json);
    CHECK_FALSE(parsed.batch.bad[0].detail.empty());
}

TEST_CASE("a line over the limit is refused in every format, and its neighbours are not") {
    for (const Format format : {Format::automatic, Format::json, Format::plain}) {
        const std::string fits = R"({"message":")" + std::string(86, 'x') + "\"}";
        REQUIRE(fits.size() == 100);
        const Parsed parsed(fits + "\n" + fits + " \n" + fits, BatchOptions{.format = format, .line_bytes_max = 100});
        CHECK(parsed.batch.records.size() == 2);
        REQUIRE(parsed.batch.bad.size() == 1);
        CHECK(parsed.batch.bad[0].reason == Reason::too_long);
        CHECK(parsed.batch.bad[0].ordinal == 1);
        CHECK(parsed.batch.bad[0].raw == fits + " ");
        CHECK(parsed.batch.bad[0].detail == "the line is 101 bytes long, more than the 100 that are taken");
        CHECK(parsed.batch.lines == 3);
    }
}

TEST_CASE("auto looks at each line") {
    const Parsed parsed(
        "{\"message\":\"from json\",\"level\":\"warn\"}\n"
        "<11>1 2026-11-21T02:00:00Z node-1 shop 42 - - from syslog\n"
        "10.1.2.3 - - [21/Nov/2026:02:00:00 +0000] \"GET /from/clf HTTP/1.1\" 200 12\n"
        "level=error msg=\"from logfmt\" n=1\n"
        "2026-11-21 02:00:00,250 INFO from plain\n"
        "nothing at all\n"
        "{\"message\":\"half a li\n",
        Format::automatic);
    REQUIRE(parsed.batch.records.size() == 7);
    CHECK(parsed.batch.bad.empty());
    const auto& records = parsed.batch.records;
    CHECK(records[0].message == "from json");
    CHECK(records[0].level == Level::warn);
    CHECK(records[1].message == "from syslog");
    CHECK(records[1].service == "shop");
    CHECK(records[1].level == Level::error);
    CHECK(records[2].message.find("/from/clf") != std::string_view::npos);
    CHECK(json::parse(records[2].fields).is_object());
    CHECK(records[3].message == "from logfmt");
    CHECK(records[3].level == Level::error);
    CHECK(records[4].level == Level::info);
    CHECK(format_rfc3339(records[4].timestamp) == "2026-11-21T02:00:00.250000000Z");
    CHECK(records[5].message == "nothing at all");
    CHECK(records[5].timestamp_is_receipt);
    CHECK(records[6].message == "{\"message\":\"half a li");
}

TEST_CASE("in auto and plain, bytes that are no UTF-8 are shown as U+FFFD and kept in raw") {
    for (const Format format : {Format::automatic, Format::plain}) {
        const Parsed parsed("odd \xff byte", format);
        CHECK(parsed.record().message == "odd \uFFFD byte");
        CHECK(parsed.record().raw == "odd \xff byte");
    }
}

TEST_CASE("records without a service get the message's, with a time of receipt if they have none") {
    const Parsed parsed("{\"message\":\"a\"}\n{\"message\":\"b\",\"service\":\"own\",\"ts\":1}\nplain",
                        BatchOptions{.received = kReceived, .default_service = "filler"});
    REQUIRE(parsed.batch.records.size() == 3);
    CHECK(parsed.batch.records[0].service == "filler");
    CHECK(parsed.batch.records[0].timestamp == kReceived);
    CHECK(parsed.batch.records[1].service == "own");
    CHECK(to_nanos(parsed.batch.records[1].timestamp) == 1'000'000'000);
    CHECK(parsed.batch.records[2].service == "filler");
    CHECK(Parsed("x", BatchOptions{.default_service = "odd \xff"}).record().service == "odd \uFFFD");
    const std::string too_long(kNameBytesMax + 1, 'x');
    CHECK(Parsed("x", BatchOptions{.default_service = too_long}).record().service.empty());
}

TEST_CASE("the message's tags are added, and a record's own go first") {
    const BatchOptions options{.default_tags = R"({"upload":"u1","file":"app.log"})"};
    CHECK(Parsed("plain", options).record().tags == R"({"upload":"u1","file":"app.log"})");
    CHECK(Parsed(R"({"tags":{"a":"b"}})", options).record().tags == R"({"a":"b","upload":"u1","file":"app.log"})");
    CHECK(Parsed(R"({"tags":{"f\u0069le":"mine","a":"b"}})", options).tags() == json{{"file", "mine"}, {"a", "b"}, {"upload", "u1"}});
    CHECK(Parsed(R"({"tags":{"upload":"x","file":"y"}})", options).record().tags == R"({"upload":"x","file":"y"})");
    CHECK(Parsed("plain", BatchOptions{.default_tags = R"({ "n": 7 })"}).record().tags == R"({"n":"7"})");
    for (const std::string_view bad : {"", "{}", "[]", "{", "x", R"({"a":"b"},"message":"m")", "{\"a\":\"\xff\"}", "null"}) {
        INFO(bad);
        const Parsed parsed("plain", BatchOptions{.default_tags = bad});
        CHECK(parsed.record().message == "plain");
        CHECK((parsed.record().tags.empty() || parsed.tags() == json{{"a", "b"}}));
    }
}

TEST_CASE("with join, lines that continue a record are part of it") {
    const std::string text =
        "2026-01-05 10:00:00,001 ERROR it broke\r\n"
        "\tat com.example.Shop.sell(Shop.java:7)\r\n"
        "\r\n"
        "\tat com.example.Main.main(Main.java:1)\r\n"
        "2026-01-05 10:00:01,000 INFO it runs again\r\n";
    for (const Format format : {Format::automatic, Format::plain}) {
        const Parsed joined(text, BatchOptions{.format = format, .join = true});
        CHECK(joined.batch.lines == 4);
        REQUIRE(joined.batch.records.size() == 2);
        CHECK(joined.batch.records[0].level == Level::error);
        CHECK(joined.batch.records[0].message.find("Shop.java:7") != std::string_view::npos);
        CHECK(joined.batch.records[0].message.find("Main.java:1") != std::string_view::npos);
        CHECK(joined.batch.records[0].raw == std::string_view(text).substr(0, text.find("\r\n2026-01-05 10:00:01")));
        CHECK(joined.batch.records[1].level == Level::info);
        CHECK(joined.batch.records[1].ordinal == 1);
    }
    CHECK(Parsed(text, BatchOptions{.join = false}).batch.records.size() == 4);
    const Parsed declared("{\"message\":\"a\"}\n {\"message\":\"b\"}", BatchOptions{.format = Format::json, .join = true});
    CHECK(declared.batch.records.size() == 2);
}

TEST_CASE("a trace behind a line of a structured format is the rest of its message") {
    const Parsed parsed("{\"message\":\"boom\",\"level\":\"error\"}\n\tat one\r\n\tat tw\xff\n{\"message\":\"next\"}\n",
                        BatchOptions{.join = true});
    REQUIRE(parsed.batch.records.size() == 2);
    CHECK(parsed.batch.records[0].message == "boom\n\tat one\r\n\tat tw\uFFFD");
    CHECK(parsed.batch.records[0].level == Level::error);
    CHECK(parsed.batch.records[0].raw == "{\"message\":\"boom\",\"level\":\"error\"}\n\tat one\r\n\tat tw\xff");
    CHECK(parsed.batch.records[1].message == "next");
    const Parsed logfmt("level=error msg=boom\n\tat one\n", BatchOptions{.join = true});
    CHECK(logfmt.record().message == "boom\n\tat one");
}

TEST_CASE("a record does not grow beyond the limit of a line") {
    const Parsed parsed("head\n one\n two\n three\n", BatchOptions{.format = Format::plain, .join = true, .line_bytes_max = 14});
    CHECK(raws(parsed.batch) == Lines{"head\n one\n two", " three"});
    // Nothing continues a line that is no record, or nothing.
    const Parsed lone(" one\n two\n" + std::string(20, 'x') + "\n three\n",
                      BatchOptions{.format = Format::plain, .join = true, .line_bytes_max = 14});
    CHECK(raws(lone.batch) == Lines{" one\n two", " three"});
    CHECK(lone.batch.bad.size() == 1);
}

TEST_CASE("a batch is used again without a trace of what it held") {
    ParsedBatch batch;
    BatchParser parser;
    const std::string first = "{\"message\":\"a\\n\"}\nbad\n";
    const std::string second = "{\"message\":\"b\\t\"}";
    parser.parse(first, {.format = Format::json, .received = kReceived}, batch);
    CHECK(batch.bad.size() == 1);
    parser.parse(second, {.format = Format::json, .received = kReceived}, batch);
    REQUIRE(batch.records.size() == 1);
    CHECK(batch.bad.empty());
    CHECK(batch.lines == 1);
    CHECK(batch.records[0].message == "b\t");
    ParsedBatch moved = std::move(batch);
    CHECK(moved.records[0].message == "b\t");
    moved.clear();
    CHECK(moved.records.empty());
}
