// When a polled source is asked next.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "http_fetch.hpp"
#include "logchute/core/time.hpp"

namespace logchute::gateway {

/// Why a poll brought nothing.
enum class PollError : std::uint8_t {
    connection,    ///< No connection, or it broke, or TLS failed, or it led elsewhere than to http and https.
    timeout,       ///< No whole answer in time.
    status,        ///< An answer that is neither 200 nor 304.
    rate_limited,  ///< 429, or 403 and 503 that say when to come back.
    too_large,     ///< The answer, or one of its items.
    invalid,       ///< HTML, not JSON, or no items where they should be.
    bus,           ///< They could not be stored now.
};
inline constexpr std::size_t kPollErrors = 7;
[[nodiscard]] std::string_view to_string(PollError error) noexcept;

/// What is wrong with the answer as such, if anything.
[[nodiscard]] std::optional<PollError> error_of(const FetchResult& result) noexcept;

/// Nobody is kept waiting longer, whatever a server says.
inline constexpr std::chrono::hours kPollWaitMax{24};
/// Failures in a row double the wait up to this, or to the interval where that is longer.
inline constexpr std::chrono::minutes kPollBackoffMax{15};

/// How long to wait: the interval, or longer where the server asks for it (X-Poll-Interval, Retry-After, an X-RateLimit that is used up), or
/// where `failures` polls in a row have failed. `chance` from 0 to 1 spreads retries by up to a half, so that replicas do not come at once.
[[nodiscard]] nanoseconds next_wait(nanoseconds interval, const FetchResult& result, unsigned failures, Timestamp now, double chance);

}  // namespace logchute::gateway
