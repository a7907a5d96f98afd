#include "pacer.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logchute::noise;
using namespace std::chrono_literals;

namespace {

const Pacer::Clock::time_point kStart = Pacer::Clock::time_point(1000s);

int take_all(Pacer& pacer, Pacer::Clock::time_point now, double factor = 1) {
    int taken = 0;
    for (; pacer.is_due(now); pacer.advance(factor)) ++taken;
    return taken;
}

}  // namespace

TEST_CASE("as many are due as the rate says") {
    Pacer pacer(1000, kStart);
    CHECK(take_all(pacer, kStart - 1ms) == 0);
    CHECK(take_all(pacer, kStart) == 1);
    CHECK(take_all(pacer, kStart + 99500us) == 99);
    CHECK(take_all(pacer, kStart + 99600us) == 0);
}

TEST_CASE("a mood's factor brings the next one nearer") {
    Pacer pacer(100, kStart);
    CHECK(take_all(pacer, kStart + 95ms, 10) == 96);
}

TEST_CASE("debt up to the limit is made up for, the rest is forgiven") {
    Pacer pacer(1000, kStart);
    CHECK(pacer.forgive(kStart + 100ms) == 0ms);
    CHECK(pacer.forgive(kStart + 10s) == 9750ms);
    CHECK(take_all(pacer, kStart + 10s) == 251);
}

TEST_CASE("forgiving does not move the scenario's clock") {
    Pacer pacer(10, kStart);
    pacer.advance(1);
    const auto before = pacer.position();
    (void)pacer.forgive(kStart + 1h);
    CHECK(pacer.position() == before);
}

TEST_CASE("a slow rate says when to come back") {
    Pacer pacer(0.1, kStart);
    pacer.advance(1);
    CHECK(pacer.due_at() == kStart + 10s);
}
