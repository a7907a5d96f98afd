#include "logchute/core/json_records.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "logchute/core/batch_parser.hpp"

using namespace logchute;
using namespace std::string_literals;

TEST_CASE("an object is one record, an array as many as it holds") {
    const struct {
        std::string document, lines;
        std::uint64_t count;
    } cases[] = {
        {R"({"message":"a"})", R"({"message":"a"})", 1},
        {"[]", "", 0},
        {" [ ] ", "", 0},
        {R"([{}])", "{}", 1},
        {R"([{"a":1},{"b":[{"c":"]}"}]}])", "{\"a\":1}\n{\"b\":[{\"c\":\"]}\"}]}", 2},
        {R"([{"a":"q\"]\\"} , {}])", "{\"a\":\"q\\\"]\\\\\"}\n{}", 2},
        {R"([{},{},{}])", "{}\n{}\n{}", 3},
        {"\xEF\xBB\xBF{\"a\":1}", "{\"a\":1}", 1},
        {"[\n  {\"a\": 1},\n  {\"a\": 2}\n]\n", "{\"a\": 1}\n{\"a\": 2}", 2},
    };
    for (const auto& it : cases) {
        INFO(it.document);
        const auto records = json_records(it.document);
        REQUIRE(records);
        CHECK(records->lines == it.lines);
        CHECK(records->count == it.count);
    }
}

TEST_CASE("a record comes out as it came in, but for line ends") {
    CHECK(json_records("{ \"message\" : \"a b\",\n \"n\": 1.50 }")->lines == "{ \"message\" : \"a b\",  \"n\": 1.50 }");
    CHECK(json_records("{\r\n\t\"a\":\r1\r\n}\r\n")->lines == "{  \t\"a\": 1  }");
    // What readers often stumble over is the record's own business, as it is in a line of its own.
    for (const std::string& object :
         {R"({"n":1e999})"s, R"({"n":-1E+400})"s, R"({"id":1234567890123456789012345678901234567890})"s, R"({"s":"\ud800"})"s,
          R"({"s":"\udc00\ud800x"})"s, R"({"a":1,"a":2})"s, R"({"":0})"s, R"({"s":"\u0000"})"s, R"({"n":-0.0})"s, R"({"s":"é\/"})"s}) {
        INFO(object);
        const auto one = json_records(object);
        REQUIRE(one);
        CHECK(one->lines == object);
        CHECK(json_records('[' + object + ',' + object + ']')->lines == object + '\n' + object);
    }
}

TEST_CASE("a document may hold what a line may hold, and no more") {
    const auto nested = [](std::size_t depth) { return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}"; };
    for (const std::size_t depth : {1U, 64U, 511U, 512U, 513U, 100'000U}) {
        const std::string line = nested(depth);
        ParsedBatch batch;
        BatchParser().parse(line, {.format = Format::json}, batch);
        INFO(depth);
        CHECK(json_records(line).has_value() == batch.bad.empty());
        CHECK(json_records('[' + line + ']').has_value() == batch.bad.empty());
    }
}

TEST_CASE("what is not JSON is refused whole, with a sentence") {
    const std::vector<std::string> bodies = {
        "",
        "  \n ",
        "\xEF\xBB\xBF",
        "hello",
        "undefined",
        "{",
        "[",
        "[{}",
        "[{},",
        "{\"a\":",
        "{\"a\"",
        "{\"a\":1",
        "[{\"a\":1},{\"mess",
        "}",
        "]",
        "{]",
        "[{}}",
        // trailing, leading and missing commas
        "{\"a\":1,}",
        "[{},]",
        "[,{}]",
        "[{},,{}]",
        "[{} {}]",
        "{\"a\":1 \"b\":2}",
        "{,}",
        // names and values
        "{a:1}",
        "{'a':1}",
        "{\"a\":'b'}",
        "{\"a\":b}",
        "{\"a\":True}",
        "{\"a\":nul}",
        "{\"a\":truex}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":}",
        "{\"a\" 1}",
        "{1:2}",
        // numbers
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":1.}",
        "{\"a\":1e}",
        "{\"a\":0x10}",
        "{\"a\":-}",
        // strings
        "{\"a\":\"b}",
        "{\"a\":\"b\\\"}",
        "{\"a\":\"\\x41\"}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"line\nend\"}",
        "{\"a\":\"tab\there\"}",
        "{\"a\":\"\0\"}"s,
        "{\"a\":\"\xff\"}",
        "{\"a\":\"\xc3\"}",
        // more than one, comments, odd white space
        "{\"a\":1}{\"b\":2}",
        "{\"a\":1}\n{\"b\":2}",
        "{} []",
        "[{}]]",
        "{} x",
        "{}\0"s,
        "/* a */ {}",
        "{} // a",
        "{\"a\":1 /* b */}",
        "# a\n{}",
        "\v{}",
        "{\"a\":\f1}",
        "\xC2\xA0{}",
    };
    for (const std::string& body : bodies) {
        INFO(body);
        const auto records = json_records(body);
        REQUIRE_FALSE(records);
        CHECK(records.error().code == Errc::invalid);
        CHECK(records.error().detail.contains("send one JSON object"));
    }
}

TEST_CASE("JSON that is not objects is refused whole, and told what it is") {
    const struct {
        const char *body, *told;
    } cases[] = {
        {"null", "byte 1 there is null"},
        {"\"{}\"", "byte 1 there is a string"},
        {"12", "byte 1 there is a number"},
        {"true", "byte 1 there is a boolean"},
        {"[1,2]", "line 1, byte 2 there is a number"},
        {"[[{}]]", "byte 2 there is an array"},
        {"[{},\n\"x\"]", "line 2, byte 1 there is a string"},
        {"[{},null]", "byte 5 there is null"},
    };
    for (const auto& it : cases) {
        const auto records = json_records(it.body);
        INFO(it.body);
        REQUIRE_FALSE(records);
        CHECK(records.error().code == Errc::invalid);
        INFO(records.error().detail);
        CHECK(records.error().detail.contains(it.told));
    }
}

TEST_CASE("a fault in a document is told by line and byte") {
    const struct {
        const char *body, *place;
    } cases[] = {
        {"{\"a\":1,}", "line 1, byte 8: expected a name"},
        {"[\n  {\"a\": 1},\n  {\"a\": tru}\n]", "line 3, byte 9: expected a value"},
        {"[{\"a\":1},\r\n{\"b\":\n\n01}]", "line 4, byte 2: a number has no leading zero"},
        {"[{},\n{}\n", "line 3, byte 1: the array is not closed"},
        {"{\"a\":1}\n{\"b\":2}\n", "line 2, byte 1: there is more behind the value"},
        {"{\n\"a\":\"\xff\"}", "line 2, byte 6: this byte is no UTF-8"},
    };
    for (const auto& it : cases) {
        const auto records = json_records(it.body);
        INFO(it.body);
        REQUIRE_FALSE(records);
        INFO(records.error().detail);
        CHECK(records.error().detail.contains(it.place));
    }
}
