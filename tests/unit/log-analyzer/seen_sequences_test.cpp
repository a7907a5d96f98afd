#include "seen_sequences.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>
#include <set>

using logchute::analyzer::SeenSequences;

TEST_CASE("a sequence is new once, in whatever order they come") {
    std::mt19937 chance(11);
    SeenSequences seen;
    std::set<std::uint64_t> model;
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t sequence = 1 + chance() % 3'000;
        CHECK(seen.insert(sequence) == model.insert(sequence).second);
    }
}

TEST_CASE("runs are kept as one range, and joined when a hole is filled") {
    SeenSequences seen;
    for (std::uint64_t i = 1; i <= 1'000; ++i) CHECK(seen.insert(i));
    CHECK(seen.ranges() == 1);
    CHECK(seen.insert(1'002));
    CHECK(seen.ranges() == 2);
    CHECK(seen.insert(1'001));
    CHECK(seen.ranges() == 1);
    CHECK_FALSE(seen.insert(500));
}

TEST_CASE("memory is bounded") {
    SeenSequences seen;
    for (std::uint64_t i = 0; i < SeenSequences::kRangesMax + 10; ++i) CHECK(seen.insert(2 * i));
    CHECK(seen.ranges() == SeenSequences::kRangesMax);
}
