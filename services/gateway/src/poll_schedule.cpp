#include "poll_schedule.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace logchute::gateway {
namespace {

using std::chrono::seconds;

constexpr unsigned kDoublingsMax = 16;

std::optional<std::int64_t> number_of(std::string_view text) noexcept {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
    return number;
}

nanoseconds bounded(std::int64_t wait_seconds) { return seconds(std::clamp<std::int64_t>(wait_seconds, 0, seconds(kPollWaitMax).count())); }

std::int64_t seconds_of(Timestamp at) { return std::chrono::floor<seconds>(at).time_since_epoch().count(); }

/// Retry-After: seconds, or a date.
nanoseconds retry_after(const FetchResult& result, Timestamp now) {
    const auto text = result.header("retry-after");
    if (const auto number = number_of(text)) return bounded(*number);
    if (text.empty()) return nanoseconds{0};
    const auto date = static_cast<std::int64_t>(curl_getdate(std::string(text).c_str(), nullptr));
    return date < 0 ? nanoseconds{0} : bounded(date - seconds_of(now));
}

bool is_used_up(const FetchResult& result) { return number_of(result.header("x-ratelimit-remaining")) == 0; }

/// Until the limit is renewed, where it is used up.
nanoseconds rate_limit_wait(const FetchResult& result, Timestamp now) {
    if (!is_used_up(result)) return nanoseconds{0};
    const auto reset = number_of(result.header("x-ratelimit-reset"));
    return reset ? bounded(*reset - seconds_of(now) + 1) : nanoseconds{0};
}

}  // namespace

std::string_view to_string(PollError error) noexcept {
    switch (error) {
        case PollError::connection: return "connection";
        case PollError::timeout: return "timeout";
        case PollError::status: return "status";
        case PollError::rate_limited: return "rate_limited";
        case PollError::too_large: return "too_large";
        case PollError::invalid: return "invalid";
        case PollError::bus: return "bus";
    }
    return "invalid";
}

std::optional<PollError> error_of(const FetchResult& result) noexcept {
    switch (result.failure) {
        case FetchFailure::none: break;
        case FetchFailure::connection:
        case FetchFailure::redirects: return PollError::connection;
        case FetchFailure::timeout: return PollError::timeout;
        case FetchFailure::too_large: return PollError::too_large;
    }
    if (result.status == 200 || result.status == 304) return std::nullopt;
    const bool says_when = !result.header("retry-after").empty() || is_used_up(result);
    if (result.status == 429 || ((result.status == 403 || result.status == 503) && says_when)) return PollError::rate_limited;
    return PollError::status;
}

nanoseconds next_wait(nanoseconds interval, const FetchResult& result, unsigned failures, Timestamp now, double chance) {
    nanoseconds wait = interval;
    if (failures > 0) {
        const auto most = std::max<nanoseconds>(interval, kPollBackoffMax);
        for (unsigned i = 0; i < std::min(failures, kDoublingsMax) && wait < most; ++i) wait *= 2;
        wait = std::min(wait, most);
    }
    wait = std::max(wait, bounded(number_of(result.header("x-poll-interval")).value_or(0)));
    wait = std::max(wait, rate_limit_wait(result, now));
    wait = std::max(wait, retry_after(result, now));
    if (failures > 0) wait += std::chrono::duration_cast<nanoseconds>(wait * (std::clamp(chance, 0.0, 1.0) / 2));
    return wait;
}

}  // namespace logchute::gateway
