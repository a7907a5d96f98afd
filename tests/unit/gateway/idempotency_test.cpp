#include "idempotency.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>

using namespace logchute;
using namespace logchute::gateway;

namespace {

http::Request request_with(const std::vector<std::string>& keys) {
    http::Request request;
    for (const auto& key : keys) request.headers.push_back({"idempotency-key", key});
    return request;
}

}  // namespace

TEST_CASE("a key is one header of visible ASCII, or none") {
    CHECK(idempotency_key(request_with({})).value().empty());
    for (const std::string& good : {std::string("a"), std::string("8d6f-0a"), std::string("!~\"#"), std::string(255, 'k')})
        CHECK(idempotency_key(request_with({good})).value() == good);
    for (const std::string& bad : {std::string(), std::string("a b"), std::string("a\tb"), std::string("\x7f"), std::string("k\xc3\xa9y"),
                                   std::string("a\0b", 3), std::string(256, 'k')}) {
        const auto key = idempotency_key(request_with({bad}));
        REQUIRE_FALSE(key);
        CHECK(key.error().status == 400);
        CHECK(key.error().parameter == "Idempotency-Key");
    }
    CHECK_FALSE(idempotency_key(request_with({"a", "a"})));
}

TEST_CASE("ids are the same for the same request, and others for all else") {
    const auto ids = [](std::string key, std::string_view subject, const bus::Headers& headers, std::string_view text) {
        MessageIds made(std::move(key), subject);
        return std::pair(made.next(headers, text), made.next(headers, text));
    };
    const auto first = ids("k", "logs.web", {{"Logchute-Format", "json"}}, "{}\n");
    CHECK(ids("k", "logs.web", {{"Logchute-Format", "json"}}, "{}\n") == first);
    std::set<std::string> seen{first.first, first.second};
    for (const auto& [one, two] :
         {ids("k2", "logs.web", {{"Logchute-Format", "json"}}, "{}\n"), ids("k", "logs.api", {{"Logchute-Format", "json"}}, "{}\n"),
          ids("k", "logs.web", {}, "{}\n"), ids("k", "logs.web", {{"Logchute-Format", "json"}}, "{} \n")}) {
        seen.insert(one);
        seen.insert(two);
    }
    CHECK(seen.size() == 10);
}

TEST_CASE("without an identity there are no ids") { CHECK_FALSE(MessageIds("", "logs.web").is_on()); }
