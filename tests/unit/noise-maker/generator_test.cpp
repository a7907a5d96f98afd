#include "generator.hpp"

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <set>
#include <stdexcept>
#include <vector>

using namespace logchute;
using namespace logchute::noise;

namespace {

const std::vector<std::string> kServices{"api", "auth", "payments"};

std::vector<std::string> messages(std::uint64_t seed, int count) {
    Generator generator({.seed = seed, .services = kServices});
    std::vector<std::string> all;
    for (int i = 0; i < count; ++i) all.push_back(generator.next(from_nanos(i), {}).message);
    return all;
}

double error_share(double setting, const Mood& mood) {
    Generator generator({.seed = 3, .error_share = setting, .services = kServices});
    int errors = 0;
    for (int i = 0; i < 20'000; ++i) errors += generator.next(from_nanos(i), mood).level >= Level::error;
    return errors / 20'000.0;
}

}  // namespace

TEST_CASE("the same seed makes the same messages and another seed others") {
    CHECK(messages(7, 500) == messages(7, 500));
    CHECK(messages(7, 500) != messages(8, 500));
}

TEST_CASE("the time given is the event's and changes nothing else") {
    Generator one({.seed = 5, .services = kServices});
    Generator other({.seed = 5, .services = kServices});
    for (int i = 0; i < 100; ++i) {
        const Event& event = one.next(from_nanos(i), {});
        const Event& late = other.next(from_nanos(1'000'000 + i), {});
        CHECK(event.at == from_nanos(i));
        CHECK(event.message == late.message);
        CHECK(event.trace_id == late.trace_id);
    }
}

TEST_CASE("every service speaks, and no placeholder is left in what it says") {
    Generator generator({.seed = 1, .services = kServices});
    std::map<std::string, int> seen;
    for (int i = 0; i < 5000; ++i) {
        const Event& event = generator.next(from_nanos(i), {});
        ++seen[std::string(event.service)];
        INFO(event.message);
        CHECK(!event.message.empty());
        CHECK(event.message.find_first_of("{}\"\\\n") == std::string::npos);
        CHECK(event.path.find_first_of("{}\"\\ ") == std::string::npos);
    }
    CHECK(seen.size() == kServices.size());
}

TEST_CASE("the share of errors is the setting's, or the mood's") {
    CHECK(error_share(0, {}) == 0);
    CHECK(error_share(1, {}) == 1);
    const double usual = error_share(0.02, {});
    CHECK((usual > 0.015 && usual < 0.025));
    const double spike = error_share(0.02, {.errors_at_least = 0.3});
    CHECK((spike > 0.28 && spike < 0.32));
    const double outage = error_share(0, {.first_service_errors = 1});
    CHECK((outage > 0.31 && outage < 0.36));
}

TEST_CASE("errors carry statuses of the server, others do not") {
    Generator generator({.seed = 2, .error_share = 0.3, .services = kServices});
    for (int i = 0; i < 2000; ++i) {
        const Event& event = generator.next(from_nanos(i), {});
        CHECK((event.status >= 500) == (event.level >= Level::error));
    }
}

TEST_CASE("a slow mood makes longer durations of the same events") {
    Generator usual({.seed = 4, .services = kServices});
    Generator slow({.seed = 4, .services = kServices});
    for (int i = 0; i < 200; ++i) {
        const auto micros = usual.next(from_nanos(i), {}).duration_us;
        CHECK(slow.next(from_nanos(i), {.latency = 4}).duration_us >= micros * 4);
    }
}

TEST_CASE("consecutive events share traces, and there are many traces") {
    Generator generator({.seed = 6, .services = kServices});
    std::set<std::array<char, 32>> traces;
    for (int i = 0; i < 1000; ++i) traces.insert(generator.next(from_nanos(i), {}).trace_id);
    CHECK((traces.size() > 300 && traces.size() < 500));
}

TEST_CASE("services that no format could carry are refused") {
    const std::vector<std::vector<std::string>> refused{{}, {""}, {"a b"}, {"ok", "quote\""}, {"line\nfeed"}, {std::string(49, 'x')}};
    for (const auto& services : refused) CHECK_THROWS_AS(Generator({.services = services}), std::invalid_argument);
    CHECK_NOTHROW(Generator({.services = {std::string(48, 'x'), "a.b-c_9"}}));
}
