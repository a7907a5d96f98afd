#include "source_rate.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logchute::gateway;
using namespace std::chrono_literals;

namespace {

struct World {
    SourceRate::Clock::time_point now{};
    SourceRate rate;
    explicit World(double records, std::size_t sources = 100) : rate(records, sources, [this] { return now; }) {}
};

}  // namespace

TEST_CASE("without a rate everything is let in, and nobody is remembered") {
    World world(0);
    for (int i = 0; i < 100; ++i) CHECK_FALSE(world.rate.take("web", 1'000'000));
    CHECK(world.rate.sources() == 0);
}

TEST_CASE("a source over its rate waits until its debt is paid, and others do not") {
    World world(100);
    CHECK_FALSE(world.rate.take("web", 99));
    CHECK_FALSE(world.rate.take("web", 301));  // one token left: it may run into debt
    CHECK(world.rate.take("web", 1) == 4);     // 300 behind, and a whole token
    CHECK_FALSE(world.rate.take("api", 1));
    world.now += 2s;
    CHECK(world.rate.take("web", 1) == 2);
    world.now += 2s;
    CHECK_FALSE(world.rate.take("web", 1));
}

TEST_CASE("whoever comes back when told to is let in") {
    for (const double records : {0.01, 0.5, 3.0, 1'000.0}) {
        World world(records);
        for (int i = 0; i < 50; ++i) {
            const auto wait = world.rate.take("web", 7);
            if (!wait) continue;
            CHECK(*wait >= 1);
            world.now += std::chrono::seconds(*wait);
            CHECK_FALSE(world.rate.take("web", 7));
        }
    }
}

TEST_CASE("over time no more than the rate gets through") {
    World world(100);
    std::uint64_t passed = 0;
    for (int i = 0; i < 10'000; ++i) {
        if (!world.rate.take("web", 5)) passed += 5;
        world.now += 1ms;
    }
    CHECK(passed >= 1'000);
    CHECK(passed <= 1'105);  // 10 s, the full bucket at first, and one debt
}

TEST_CASE("what was not stored is given back") {
    World world(10);
    CHECK_FALSE(world.rate.take("web", 1'000));
    world.rate.give_back("web", 1'000);
    CHECK_FALSE(world.rate.take("web", 10));
    CHECK(world.rate.take("web", 1));
}

TEST_CASE("sources are forgotten when they say nothing any more, and share a bucket when there are too many") {
    World world(10, 4);
    for (const char* source : {"a", "b", "c", "d"}) CHECK_FALSE(world.rate.take(source, 20));
    CHECK_FALSE(world.rate.take("e", 20));
    CHECK(world.rate.take("f", 1));  // as e
    CHECK(world.rate.take("a", 1));  // still known
    CHECK(world.rate.sources() == 5);
    world.now += 1h;
    CHECK_FALSE(world.rate.take("g", 1));
    CHECK(world.rate.sources() == 1);
}
