#include "json_view.hpp"

#include <catch2/catch_test_macros.hpp>
#include <vector>

using namespace logchute::gateway;

TEST_CASE("members are found, and what is not there is empty all the way down") {
    const JsonView view(R"({"a":{"b":"text","n":1.50,"t":true,"z":null},"l":[1]})");
    CHECK(view["a"]["b"].text() == "text");
    CHECK(view["a"]["n"].text() == "1.50");
    CHECK(view["a"]["n"].plain() == "1.50");
    CHECK(view["a"]["t"].is_true());
    CHECK_FALSE(view["a"]["z"].is_there());
    for (const auto& nothing : {view["x"], view["x"]["y"], view["l"]["a"], view["a"]["b"]["c"], view["a"]["z"], JsonView()}) {
        CHECK(nothing.text().empty());
        CHECK_FALSE(nothing.plain());
        CHECK(nothing.size() == 0);
    }
    CHECK(view["a"].any_text({"x", "t", "b"}) == "text");
}

TEST_CASE("a text is its first line, cut between characters") {
    CHECK(JsonView(R"("one\ntwo")").text() == "one");
    CHECK(JsonView(R"("\u00e9\"x")").text() == "\xc3\xa9\"x");
    CHECK(JsonView("\"aaa\xc3\xa9\"").text(4) == "aaa\xe2\x80\xa6");
    CHECK(JsonView("\"aaa\xc3\xa9\"").text(5) == "aaa\xc3\xa9");
    CHECK(JsonView(R"("\n")").text().empty());
}

TEST_CASE("elements are given in order, whatever they hold") {
    std::vector<std::string> seen;
    JsonView(R"([ 1, "a,]\"", {"x":[1,2],"y":"}"} ,[[]],true , null])").for_each_element([&](const JsonView& it) {
        seen.emplace_back(it.raw());
        return true;
    });
    CHECK(seen == std::vector<std::string>{"1", R"("a,]\"")", R"({"x":[1,2],"y":"}"})", "[[]]", "true", "null"});
    CHECK(JsonView("[1,2,3]").size() == 3);
    for (const char* none : {"[]", "[ ]", "{}", "1", "\"[1]\"", ""}) CHECK(JsonView(none).size() == 0);
    std::size_t count = 0;
    JsonView("[1,2,3]").for_each_element([&](const JsonView&) { return ++count < 2; });
    CHECK(count == 2);
}
