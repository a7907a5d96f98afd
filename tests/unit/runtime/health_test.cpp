#include "logchute/runtime/health.hpp"

#include <catch2/catch_test_macros.hpp>
#include <stdexcept>

using namespace logchute::runtime;
using State = Health::State;

namespace {
CheckResult good() { return {}; }
CheckResult bad() { return {false, "NATS is \"away\""}; }
}  // namespace

TEST_CASE("the state and the checks decide what /health says") {
    struct Case {
        State state;
        CheckResult (*check)();
        bool ready;
        const char* json;
    };
    for (const auto& [state, check, ready, json] :
         {Case{State::starting, good, false, R"({"status":"starting","checks":{"nats":"ok"}})"},
          {State::ready, good, true, R"({"status":"ready","checks":{"nats":"ok"}})"},
          {State::standby, good, true, R"({"status":"standby","checks":{"nats":"ok"}})"},
          {State::stopping, good, false, R"({"status":"stopping","checks":{"nats":"ok"}})"},
          {State::starting, bad, false, R"({"status":"starting","checks":{"nats":"NATS is \"away\""}})"},
          {State::ready, bad, false, R"({"status":"unready","checks":{"nats":"NATS is \"away\""}})"},
          {State::standby, bad, false, R"({"status":"unready","checks":{"nats":"NATS is \"away\""}})"}}) {
        CAPTURE(json);
        Health health;
        health.add_check("nats", check);
        health.set_state(state);
        const auto report = health.report();
        CHECK(report.ready == ready);
        CHECK(report.json == json);
    }
}

TEST_CASE("one bad check of several is enough, and all are told") {
    Health health;
    health.set_state(State::ready);
    health.add_check("nats", good);
    health.add_check("store", [] { return CheckResult{false, "disk is full"}; });
    CHECK_FALSE(health.report().ready);
    CHECK(health.report().json == R"({"status":"unready","checks":{"nats":"ok","store":"disk is full"}})");
    health.add_check("store", good);
    CHECK(health.report().json == R"({"status":"ready","checks":{"nats":"ok","store":"ok"}})");
}

TEST_CASE("a check that throws has failed") {
    Health health;
    health.set_state(State::ready);
    health.add_check("store", []() -> CheckResult { throw std::runtime_error("gone"); });
    CHECK(health.report().json == R"({"status":"unready","checks":{"store":"gone"}})");
}

TEST_CASE("having started makes ready what has not said otherwise") {
    Health health;
    health.set_started();
    CHECK(health.report().ready);
    Health standby;
    standby.set_state(State::standby);
    standby.set_started();
    CHECK(standby.report().json == R"({"status":"standby","checks":{}})");
}

TEST_CASE("stopping is final") {
    Health health;
    health.set_state(State::stopping);
    health.set_state(State::ready);
    health.set_started();
    CHECK(health.report().json == R"({"status":"stopping","checks":{}})");
}
