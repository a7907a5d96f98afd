#include "poll_state.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logchute;
using namespace logchute::gateway;

TEST_CASE("what is known survives being written and read") {
    PollState state;
    state.target = "t";
    state.etag = "W/\"1\xff\"";
    state.last_modified = "Sat, 21 Nov 2026 10:00:00 GMT";
    state.next_at = from_nanos(1'700'000'000'000'000'000);
    state.remember("a");
    state.remember("b");
    state.remember("a");
    const auto read = PollState::from_json(state.to_json());
    REQUIRE(read);
    CHECK(read->target == "t");
    CHECK(read->etag == "W/\"1\xef\xbf\xbd\"");
    CHECK(read->last_modified == state.last_modified);
    CHECK(read->next_at == state.next_at);
    CHECK(read->knows("a"));
    CHECK(read->knows("b"));
    CHECK_FALSE(read->knows("c"));
}

TEST_CASE("the oldest ids are forgotten first") {
    PollState state;
    for (std::size_t i = 0; i < PollState::kIdsMax + 10; ++i) state.remember(std::to_string(i));
    CHECK_FALSE(state.knows("9"));
    CHECK(state.knows("10"));
    PollState other;
    other.remember("x");
    other.remember_all(state);
    CHECK(other.knows("10"));
    CHECK_FALSE(other.knows("x"));
}

TEST_CASE("what is none of ours is no state") {
    for (const char* text : {"", "{", "[]", "{}", "7", R"({"target":1,"etag":"","last_modified":"","next_at":"","ids":[]})"})
        CHECK_FALSE(PollState::from_json(text));
}
