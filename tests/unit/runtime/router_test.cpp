#include <catch2/catch_test_macros.hpp>
#include <stdexcept>

#include "logchute/runtime/http.hpp"

using namespace logchute::http;

namespace {

Response nothing(Request&) { return {}; }

Router make_router() {
    Router router;
    router.get("/", nothing);
    router.get("/logs", nothing);
    router.get("/logs/{id}", nothing);
    router.add(Method::del, "/logs/{id}", nothing);
    router.get("/logs/search", nothing);
    router.get("/logs/{id}/context", nothing);
    router.get("/{any}/search/{what}", nothing);
    router.get("/send", nothing);
    router.post("/send", nothing);
    return router;
}

std::string pattern_of(const Router& router, Method method, std::string_view path) {
    const auto match = router.match(method, path);
    return match.route != nullptr ? match.route->pattern : "";
}

}  // namespace

TEST_CASE("the more literal pattern wins, and parameters are told") {
    const Router router = make_router();
    struct Case {
        std::string_view path;
        std::string_view pattern;
    };
    for (const auto& [path, pattern] :
         {Case{"/", "/"}, Case{"/logs", "/logs"}, Case{"/logs/search", "/logs/search"}, Case{"/logs/17", "/logs/{id}"},
          Case{"/logs/Search", "/logs/{id}"}, Case{"/logs/search/context", "/logs/{id}/context"},
          Case{"/x/search/y", "/{any}/search/{what}"}, Case{"/nothing", ""}, Case{"/logs/", ""}, Case{"//", ""}, Case{"/logs//context", ""},
          Case{"/logs/1/2/3", ""}, Case{"", ""}, Case{"logs", ""}}) {
        INFO(path);
        CHECK(pattern_of(router, Method::get, path) == pattern);
    }
    const auto match = router.match(Method::get, "/a b/search/{c}");
    REQUIRE(match.params.size() == 2);
    CHECK(match.params[0] == std::pair<std::string, std::string>("any", "a b"));
    CHECK(match.params[1] == std::pair<std::string, std::string>("what", "{c}"));
}

TEST_CASE("a wrong method tells the right ones; the path decides first") {
    const Router router = make_router();
    struct Case {
        Method method;
        std::string_view path;
        std::string_view allow;
    };
    for (const auto& [method, path, allow] :
         {Case{Method::post, "/logs/search", "GET, HEAD, OPTIONS"}, Case{Method::del, "/logs/search", "GET, HEAD, OPTIONS"},
          Case{Method::post, "/logs/1", "GET, HEAD, DELETE, OPTIONS"}, Case{Method::put, "/send", "GET, HEAD, POST, OPTIONS"},
          Case{Method::other, "/send", "GET, HEAD, POST, OPTIONS"}, Case{Method::options, "/send", "GET, HEAD, POST, OPTIONS"},
          Case{Method::post, "/nowhere", ""}}) {
        INFO(path);
        const auto match = router.match(method, path);
        CHECK(match.route == nullptr);
        CHECK(match.allow == allow);
    }
}

TEST_CASE("HEAD goes to GET's handler unless it has one of its own") {
    Router router = make_router();
    CHECK(router.match(Method::head, "/logs").route->method == Method::get);
    CHECK(router.match(Method::head, "/send").route->method == Method::get);
    router.add(Method::head, "/send", nothing);
    CHECK(router.match(Method::head, "/send").route->method == Method::head);
}

TEST_CASE("patterns that make no sense are refused when they are added") {
    Router router = make_router();
    for (const std::string pattern : {"", "logs", "/logs/{id", "/logs/x{id}", "/logs/{}", "/{a}/{a}", "/logs", "/logs/{other}"}) {
        INFO(pattern);
        CHECK_THROWS_AS(router.get(pattern, nothing), std::logic_error);
    }
    CHECK_NOTHROW(router.post("/logs/{other}", nothing));
}
