#include "duckdb/block_filter.hpp"

#include <catch2/catch_test_macros.hpp>

#include "logchute/core/tokens.hpp"

using namespace logchute;
using namespace logchute::store::duck;

namespace {
std::uint64_t term(std::size_t n) { return token_hash("term" + std::to_string(n)); }
}  // namespace

TEST_CASE("a term set keeps each term once") {
    TermSet set;
    for (int round = 0; round < 3; ++round) {
        for (std::size_t n = 0; n < 10'000; ++n) set.insert(term(n));
    }
    CHECK(set.size() == 10'000);
    std::size_t seen = 0;
    set.for_each([&](std::uint64_t) { ++seen; });
    CHECK(seen == 10'000);
    set.clear();
    CHECK(set.size() == 0);
    set.insert(term(1));
    CHECK(set.size() == 1);
}

TEST_CASE("a filter holds every term it was made of, and less than one in a hundred others") {
    for (const std::size_t size : {1U, 10U, 1000U, 200'000U}) {
        INFO(size);
        TermSet set;
        for (std::size_t n = 0; n < size; ++n) set.insert(term(n));
        const auto words = build_filter(set);
        CHECK(words.size() * 64 <= size * 12 + 512);
        bool all = true;
        for (std::size_t n = 0; n < size; ++n) all = all && filter_may_contain(words, term(n));
        CHECK(all);
        std::size_t wrong = 0;
        for (std::size_t n = 0; n < 100'000; ++n) wrong += filter_may_contain(words, term(1'000'000 + n)) ? 1U : 0U;
        CHECK(wrong < 1000);
    }
}

TEST_CASE("a filter of nothing holds nothing") {
    TermSet nothing;
    CHECK(build_filter(nothing).empty());
    CHECK_FALSE(filter_may_contain({}, term(1)));
}
