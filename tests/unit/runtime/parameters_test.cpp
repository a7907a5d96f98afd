#include <array>
#include <catch2/catch_test_macros.hpp>

#include "logchute/runtime/http.hpp"

using namespace logchute;
using namespace logchute::http;
using namespace std::chrono_literals;

namespace {

using Query = std::vector<std::pair<std::string, std::string>>;

Request with(Query query) {
    Request request;
    request.query = std::move(query);
    return request;
}

const Timestamp kNow = *parse_rfc3339("2026-11-21T12:00:00Z");
constexpr std::array<std::string_view, 3> kOrders{"asc", "desc", "none"};

// Reads everything there is, in one order.
std::optional<Problem> read_all(const Query& query) {
    const Request request = with(query);
    Parameters parameters(request);
    (void)parameters.text("q");
    (void)parameters.integer("limit", 100, 1, 1000);
    (void)parameters.boolean("join", false);
    (void)parameters.one_of("order", "desc", kOrders);
    (void)parameters.range(kNow);
    (void)parameters.duration("window", 1h, 1s, 7 * 24h);
    return parameters.finish();
}

}  // namespace

TEST_CASE("values that are right are read, and missing ones have their fallback") {
    const Request request = with({{"limit", "20"}, {"q", ""}, {"join", "true"}, {"order", "asc"}, {"from", "-15m"}, {"window", "90s"}});
    Parameters parameters(request);
    CHECK(parameters.integer("limit", 100, 1, 1000) == 20);
    CHECK(parameters.integer("before", 10, 0, 1000) == 10);
    CHECK(parameters.text("q", "fallback").empty());
    CHECK(parameters.text("name", "fallback") == "fallback");
    CHECK(parameters.optional("cursor") == std::nullopt);
    CHECK(parameters.boolean("join", false));
    CHECK_FALSE(parameters.boolean("other", false));
    CHECK(parameters.one_of("order", "desc", kOrders) == "asc");
    const TimeRange range = parameters.range(kNow);
    CHECK(range.from == kNow - 15min);
    CHECK_FALSE(range.to);
    CHECK(parameters.duration("window", 1h, 1s, 24h) == 90s);
    CHECK(parameters.duration("step", 1min, 1s, 24h) == 1min);
    CHECK_FALSE(parameters.finish());
}

TEST_CASE("values that are wrong are refused by name, with what is right") {
    struct Case {
        std::string name;
        std::string value;
        std::string says;
    };
    const std::vector<Case> cases{
        {"limit", "", "from 1 to 1000"},
        {"limit", "0", "from 1 to 1000"},
        {"limit", "-1", "from 1 to 1000"},
        {"limit", "1001", "from 1 to 1000"},
        {"limit", "abc", "from 1 to 1000"},
        {"limit", "12abc", "from 1 to 1000"},
        {"limit", " 12", "from 1 to 1000"},
        {"limit", "+12", "from 1 to 1000"},
        {"limit", "1e2", "from 1 to 1000"},
        {"limit", "0x10", "from 1 to 1000"},
        {"limit", "99999999999999999999", "from 1 to 1000"},
        {"limit", std::string("5\0", 2), "from 1 to 1000"},
        {"join", "", "true or false"},
        {"join", "yes", "true or false"},
        {"order", "", "asc, desc or none"},
        {"order", "sideways", "asc, desc or none"},
        {"order", "ASC", "asc, desc or none"},
        {"from", "", "RFC 3339"},
        {"from", "yesterday-ish", "RFC 3339"},
        {"to", "2026-13-45T99:00:00Z", "RFC 3339"},
        {"window", "", "from 1s to 1w"},
        {"window", "0", "from 1s to 1w"},
        {"window", "-5s", "from 1s to 1w"},
        {"window", "10", "from 1s to 1w"},
        {"window", "1ms", "from 1s to 1w"},
        {"window", "8d", "from 1s to 1w"},
        {"window", "soon", "from 1s to 1w"},
    };
    for (const auto& [name, value, says] : cases) {
        INFO(name << "=" << value);
        const auto problem = read_all({{name, value}});
        REQUIRE(problem);
        CHECK(problem->status == 400);
        CHECK(problem->parameter == name);
        CHECK(problem->detail.find("'" + name + "'") != std::string::npos);
        INFO(problem->detail);
        CHECK((problem->detail.find(says) != std::string::npos || name == "window"));
        CHECK(problem->detail.find(problem->expected) != std::string::npos);
        CHECK_FALSE(problem->expected.empty());
    }
}

TEST_CASE("a range that is empty or backwards is refused") {
    CHECK_FALSE(read_all({{"from", "-1h"}, {"to", "now"}}));
    for (const std::string from : {"now", "2026-11-21T12:00:00.000000001Z", "2027-01-01T00:00:00Z"}) {
        const auto problem = read_all({{"from", from}, {"to", "2026-11-21T12:00:00Z"}});
        REQUIRE(problem);
        CHECK(problem->parameter == "from");
    }
}

TEST_CASE("what is unknown or given twice is refused, with the name that was probably meant") {
    struct Case {
        Query query;
        std::string parameter;
        std::string says;
    };
    const std::vector<Case> cases{
        {{{"colour", "red"}}, "colour", "There is no parameter 'colour'"},
        {{{"limt", "5"}}, "limt", "did you mean 'limit'?"},
        {{{"ordre", "asc"}}, "ordre", "did you mean 'order'?"},
        {{{"Limit", "5"}}, "Limit", "did you mean 'limit'?"},
        {{{"", "5"}}, "", "There is no parameter ''"},
        {{{"limit", "5"}, {"limit", "5"}}, "limit", "twice"},
        {{{std::string(70'000, 'x'), ""}}, std::string(70'000, 'x'), "There is no parameter"},
    };
    for (const auto& [query, parameter, says] : cases) {
        const auto problem = read_all(query);
        REQUIRE(problem);
        CHECK(problem->parameter == parameter);
        CHECK(problem->detail.find(says) != std::string::npos);
        CHECK(problem->detail.size() < 300);
    }
    const Request request = with({{"x", "1"}});
    const auto alone = Parameters(request).finish();
    REQUIRE(alone);
    CHECK(alone->detail.find("takes none") != std::string::npos);
}

TEST_CASE("the first that is wrong, in the order of reading, is the one that is told") {
    CHECK(read_all({{"colour", "red"}, {"order", "x"}, {"limit", "x"}})->parameter == "limit");
    CHECK(read_all({{"colour", "red"}, {"window", "x"}})->parameter == "window");

    const Request request = with({{"cursor", "garbage"}, {"colour", "red"}});
    Parameters parameters(request);
    (void)parameters.text("cursor");
    parameters.reject("cursor", "The cursor is none of ours. Leave it out to begin anew.");
    parameters.reject("other", "Too late.");
    const auto problem = parameters.finish();
    REQUIRE(problem);
    CHECK(problem->parameter == "cursor");
    CHECK(problem->detail == "The cursor is none of ours. Leave it out to begin anew.");
    CHECK(problem->expected.empty());
}
