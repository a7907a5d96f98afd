#include "scenario.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logchute;
using namespace logchute::noise;

namespace {

Mood mood(std::string_view scenario, double seconds) { return Scenario::find(scenario).value().at(Seconds(seconds)); }

}  // namespace

TEST_CASE("steady is the same at all times") {
    for (const double at : {0.0, 1.0, 95.0, 1e6}) {
        CHECK(mood("steady", at).rate == 1);
        CHECK(mood("steady", at).errors == 1);
        CHECK(mood("steady", at).latency == 1);
    }
}

TEST_CASE("bursts last two seconds out of twenty") {
    CHECK(mood("burst", 17.9).rate == 1);
    CHECK(mood("burst", 18).rate == 10);
    CHECK(mood("burst", 19.9).rate == 10);
    CHECK(mood("burst", 20).rate == 1);
    CHECK(mood("burst", 58.5).rate == 10);
}

TEST_CASE("an error spike comes after a minute and a half, and goes") {
    CHECK(mood("error-spike", 89).errors_at_least == 0);
    CHECK(mood("error-spike", 91).errors_at_least == 0.3);
    CHECK(mood("error-spike", 121).errors_at_least == 0);
}

TEST_CASE("a slow burn rises for an hour and stays") {
    CHECK(mood("slow-burn", 0).errors == 1);
    CHECK(mood("slow-burn", 1800).errors > mood("slow-burn", 900).errors);
    CHECK(mood("slow-burn", 3600).errors == 10);
    CHECK(mood("slow-burn", 90'000).errors == 10);
}

TEST_CASE("an outage is the first service's") {
    CHECK(mood("outage", 105).first_service_errors > 0.9);
    CHECK(mood("outage", 10).first_service_errors == 0);
}

TEST_CASE("the rate of a day never stands still") {
    for (double at = 0; at < 600; at += 1) CHECK(mood("daily", at).rate > 0.1);
    CHECK(mood("daily", 300).rate > 1.5);
}

TEST_CASE("an unknown scenario is refused with those there are") {
    const auto found = Scenario::find("apocalypse");
    REQUIRE(!found);
    CHECK(found.error().code == Errc::invalid);
    CHECK(found.error().detail.find("slow-burn") != std::string::npos);
}
