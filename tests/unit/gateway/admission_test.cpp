#include "admission.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logchute;
using logchute::gateway::lag_share;

TEST_CASE("the share of a stream that lags is counted by bytes") {
    const bus::StreamInfo stream{.messages = 1'000, .bytes = 100'000, .max_bytes = 400'000};
    CHECK(lag_share(stream, {}) == 0);
    CHECK(lag_share(stream, {.pending = 500}) == 0.125);
    CHECK(lag_share(stream, {.pending = 900, .ack_pending = 100}) == 0.25);
    CHECK(lag_share(stream, {.pending = 5'000}) == 0.25);  // no more can lag than the stream holds
}

TEST_CASE("a stream without a limit, or without messages, has no lag") {
    CHECK(lag_share({.messages = 10, .bytes = 10}, {.pending = 10}) == 0);
    CHECK(lag_share({.max_bytes = 10}, {.pending = 10}) == 0);
}

TEST_CASE("a limit on messages counts as well, whichever is nearer") {
    const bus::StreamInfo stream{.messages = 1'000, .bytes = 100'000, .max_bytes = 1'000'000, .max_messages = 2'000};
    CHECK(lag_share(stream, {.pending = 500}) == 0.25);
    CHECK(lag_share({.messages = 10, .bytes = 10, .max_messages = 20}, {.pending = 10}) == 0.5);
}
