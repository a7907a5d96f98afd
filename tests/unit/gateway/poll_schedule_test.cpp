#include "poll_schedule.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logchute;
using namespace logchute::gateway;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 10h;

FetchResult answer(int status, std::map<std::string, std::string, std::less<>> headers = {}) {
    return {.status = status, .headers = std::move(headers)};
}
std::string in_seconds(int seconds) { return std::to_string(kNow.time_since_epoch() / 1s + seconds); }

}  // namespace

TEST_CASE("a server may ask for longer pauses, not for shorter ones") {
    const struct {
        FetchResult result;
        nanoseconds wait;
    } cases[] = {
        {answer(200), 60s},
        {answer(304), 60s},
        {answer(200, {{"x-poll-interval", "90"}}), 90s},
        {answer(200, {{"x-poll-interval", "5"}}), 60s},
        {answer(200, {{"x-poll-interval", "-5"}}), 60s},
        {answer(200, {{"x-poll-interval", "soon"}}), 60s},
        {answer(200, {{"x-poll-interval", "99999999999999999999"}}), 60s},
        {answer(200, {{"x-poll-interval", "9999999999"}}), kPollWaitMax},
        {answer(200, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", in_seconds(300)}}), 301s},
        {answer(200, {{"x-ratelimit-remaining", "1"}, {"x-ratelimit-reset", in_seconds(300)}}), 60s},
        {answer(200, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", in_seconds(-300)}}), 60s},
        {answer(200, {{"retry-after", "120"}}), 120s},
    };
    for (const auto& it : cases) CHECK(next_wait(60s, it.result, 0, kNow, 0.5) == it.wait);
}

TEST_CASE("failures in a row double the wait up to a limit, and are spread") {
    CHECK(next_wait(10s, answer(500), 1, kNow, 0) == 20s);
    CHECK(next_wait(10s, answer(500), 3, kNow, 0) == 80s);
    CHECK(next_wait(10s, answer(500), 3, kNow, 1) == 120s);
    CHECK(next_wait(10s, answer(500), 1'000, kNow, 0) == kPollBackoffMax);
    CHECK(next_wait(1h, answer(500), 1'000, kNow, 0) == 1h);
}

TEST_CASE("Retry-After is seconds or a date") {
    CHECK(next_wait(10s, answer(429, {{"retry-after", "600"}}), 1, kNow, 0) == 600s);
    CHECK(next_wait(10s, answer(503, {{"retry-after", "Sat, 21 Nov 2026 10:10:00 GMT"}}), 1, kNow, 0) == 600s);
    CHECK(next_wait(10s, answer(503, {{"retry-after", "Sat, 21 Nov 2020 10:10:00 GMT"}}), 1, kNow, 0) == 20s);
    CHECK(next_wait(10s, answer(503, {{"retry-after", "whenever"}}), 1, kNow, 0) == 20s);
    CHECK(next_wait(10s, answer(429, {{"retry-after", "99999999"}}), 1, kNow, 0) == kPollWaitMax);
}

TEST_CASE("each way to bring nothing has its reason") {
    CHECK_FALSE(error_of(answer(200)));
    CHECK_FALSE(error_of(answer(304)));
    CHECK(error_of(answer(500)) == PollError::status);
    CHECK(error_of(answer(204)) == PollError::status);
    CHECK(error_of(answer(403)) == PollError::status);
    CHECK(error_of(answer(403, {{"x-ratelimit-remaining", "0"}})) == PollError::rate_limited);
    CHECK(error_of(answer(429)) == PollError::rate_limited);
    CHECK(error_of(answer(503, {{"retry-after", "1"}})) == PollError::rate_limited);
    CHECK(error_of({.failure = FetchFailure::timeout}) == PollError::timeout);
    CHECK(error_of({.failure = FetchFailure::connection}) == PollError::connection);
    CHECK(error_of({.failure = FetchFailure::redirects}) == PollError::connection);
    CHECK(error_of({.failure = FetchFailure::too_large, .status = 200}) == PollError::too_large);
}
