#include "logchute/core/json_records.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace logchute;

TEST_CASE("an object is one record, an array as many as it holds") {
    const struct {
        std::string document, lines;
        std::uint64_t count;
    } cases[] = {
        {R"({"message":"a"})", R"({"message":"a"})", 1},
        {"{ \"message\" : \"a b\",\n \"n\": 1.50 }", R"({"message":"a b","n":1.50})", 1},
        {"[]", "", 0},
        {" [ ] ", "", 0},
        {R"([{"a":1},{"b":[{"c":"]}"}]}])", "{\"a\":1}\n{\"b\":[{\"c\":\"]}\"}]}\n", 2},
        {R"([{"a":"q\"]\\"} , {}])", "{\"a\":\"q\\\"]\\\\\"}\n{}\n", 2},
        {R"({"id":9007199254740993})", R"({"id":9007199254740993})", 1},
    };
    for (const auto& it : cases) {
        const auto records = json_records(it.document);
        REQUIRE(records);
        CHECK(records->lines == it.lines);
        CHECK(records->count == it.count);
    }
}

TEST_CASE("what is not objects is refused with a sentence") {
    const std::string deep = "{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
    for (const std::string& document :
         {std::string(), std::string("  "), std::string("hello"), std::string("[1,2]"), std::string("[{},\"x\"]"), std::string("null"),
          std::string("{\"a\":"), std::string("[{\"a\":1},{\"mess"), std::string("{\"a\":1}{\"b\":2}"), std::string("{\"a\":\"\xff\"}"),
          std::string("{\"a\":\"\0\"}", 9), std::string("{'a':1}"), std::string("{\"a\":01}"), deep}) {
        const auto records = json_records(document);
        REQUIRE_FALSE(records);
        CHECK(records.error().code == Errc::invalid);
        CHECK(records.error().detail.size() > 20);
    }
}
