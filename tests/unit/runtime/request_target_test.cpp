#include "request_target.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logchute;
using namespace logchute::http;

TEST_CASE("a target is taken apart and decoded") {
    const auto target = parse_target("/logs/a%2Fb%20c+d?q=a+b%2Bc&limit=20&flag&empty=&&=x&q=%C3%A9&eq=a=b#fragment");
    REQUIRE(target);
    CHECK(target->path == "/logs/a/b c+d");
    const std::vector<std::pair<std::string, std::string>> expected{{"q", "a b+c"}, {"limit", "20"},   {"flag", ""}, {"empty", ""},
                                                                    {"", "x"},      {"q", "\xc3\xa9"}, {"eq", "a=b"}};
    CHECK(target->query == expected);
}

TEST_CASE("all forms of a target that HTTP has for us are known") {
    struct Case {
        std::string_view target;
        std::string_view path;
    };
    for (const auto& [target, path] :
         {Case{"/", "/"}, Case{"/?", "/"}, Case{"?a=b", "/"}, Case{"*", "*"}, Case{"http://host:80/a?b", "/a"}, Case{"HTTPS://host", "/"},
          Case{"http://host?a=b", "/"}, Case{"/a/...", "/a/..."}, Case{"/.hidden", "/.hidden"}, Case{"//", "//"}}) {
        INFO(target);
        const auto parsed = parse_target(target);
        REQUIRE(parsed);
        CHECK(parsed->path == path);
    }
}

TEST_CASE("what leads elsewhere, or nowhere, is refused") {
    for (const std::string_view target :
         {"",     "a",      "host:80", "ftp://host/a", "/..",  "/.",   "/a/..",  "/a/../b",  "/a/./b",   "/%2e%2e/a", "/a%2f..%2fb",
          "/%2E", "/a%00b", "/%",      "/a%2",         "/%g0", "/%0g", "/a?b=%", "/a?%zz=b", "/a?b=%C3%"}) {
        INFO(target);
        const auto parsed = parse_target(target);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == Errc::invalid);
        CHECK(parsed.error().detail.size() > 10);
    }
}
