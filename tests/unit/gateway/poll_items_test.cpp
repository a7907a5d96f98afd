#include "poll_items.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>

using namespace logchute;
using namespace logchute::gateway;
using runtime::PollSource;

namespace {

std::vector<std::string> lines_of(const PollSource& source, const std::string& document) {
    const auto found = poll_items(source, document);
    REQUIRE(found);
    std::vector<std::string> lines;
    for (const auto& item : found->items) lines.push_back(item.line);
    return lines;
}

}  // namespace

TEST_CASE("a pointer finds members and elements, or nothing") {
    const JsonView document(R"({"a":{"b/c":[10,{"d~e":true}]},"":{"x":1}})");
    CHECK(find_pointer(document, "").raw() == document.raw());
    CHECK(find_pointer(document, "/a/b~1c/0").raw() == "10");
    CHECK(find_pointer(document, "/a/b~1c/1/d~0e").raw() == "true");
    CHECK(find_pointer(document, "//x").raw() == "1");
    for (const char* nothing : {"/x", "/a/x/y", "/a/b~1c/2", "/a/b~1c/-", "/a/b~1c/01x", "/a/b~1c/0/0", "a"})
        CHECK_FALSE(find_pointer(document, nothing).is_there());
}

TEST_CASE("items are found in an array, at a pointer, or as the answer itself") {
    CHECK(lines_of({.name = "s"}, "[{\"id\":1,\n\"a\":2},{\"id\":2}]") == std::vector<std::string>{"{\"id\":1,\"a\":2}\n", "{\"id\":2}\n"});
    CHECK(lines_of({.name = "s", .items = "/data/list"}, R"({"data":{"list":[{"id":1},{"id":2}]}})").size() == 2);
    CHECK(lines_of({.name = "s"}, R"({"id":1})") == std::vector<std::string>{"{\"id\":1}\n"});
    CHECK(lines_of({.name = "s", .items = "/last"}, R"({"last":{"id":7}})") == std::vector<std::string>{"{\"id\":7}\n"});
    CHECK(lines_of({.name = "s"}, "[]").empty());
    CHECK(lines_of({.name = "s", .items = "/l"}, R"({"l":[]})").empty());
    const auto mixed = poll_items({.name = "s", .items = "/l"}, R"({"l":[1,"x",{"id":3},null]})");
    REQUIRE(mixed);
    CHECK(mixed->items.size() == 1);
    CHECK(mixed->odd == 3);
}

TEST_CASE("time and message come from where the settings point, in front of what the item says itself") {
    const PollSource source{.name = "s", .time = "/created_at", .message = "/payload/title"};
    CHECK(
        lines_of(source, R"([{"id":1,"created_at":"2026-01-01T00:00:00Z","payload":{"title":"A \"b\""},"message":"own","timestamp":5}])") ==
        std::vector<std::string>{
            R"({"timestamp":"2026-01-01T00:00:00Z","message":"A \"b\"","id":1,"created_at":"2026-01-01T00:00:00Z","payload":{"title":"A \"b\""}})"
            "\n"});
    CHECK(lines_of(source, R"([{"id":1,"message":"own"}])") == std::vector<std::string>{"{\"id\":1,\"message\":\"own\"}\n"});
    CHECK(lines_of(source, "[{}]") == std::vector<std::string>{"{}\n"});
}

TEST_CASE("an item is known by its id, or by its content where it has none") {
    const auto id = [](const PollSource& source, const std::string& item) {
        return poll_items(source, '[' + item + ']').value().items.at(0).id;
    };
    const PollSource source{.name = "s"};
    CHECK(id(source, R"({"id":1,"views":1})") == id(source, R"({"views":2,"id":1})"));
    CHECK(id(source, R"({"a":1})") == id(source, R"({"a":1})"));
    std::set<std::string> ids{id(source, R"({"id":1})"), id(source, R"({"id":2})"), id({.name = "t"}, R"({"id":1})"),
                              id(source, R"({"a":1})"),  id(source, R"({"a":2})"),  id({.name = "s", .id = "/a"}, R"({"a":3})")};
    CHECK(ids.size() == 6);
}

TEST_CASE("what is no JSON, or has no items where they should be, is refused") {
    for (const auto& [items, document] : {std::pair("", ""),
                                          {"", "<html>"},
                                          {"", "[1,2]"},
                                          {"", "7"},
                                          {"", "[{\"id\":1}"},
                                          {"", "\xff"},
                                          {"/items", "[{\"id\":1}]"},
                                          {"/items", "{}"},
                                          {"/items", R"({"items":"x"})"},
                                          {"/items/1", R"({"items":[1]})"}}) {
        CAPTURE(items, document);
        const auto found = poll_items({.name = "s", .items = items}, document);
        REQUIRE_FALSE(found);
        CHECK(found.error().code == Errc::invalid);
    }
}
