// What a day in production does to rate, errors and latency, on a clock that starts at 0.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "logchute/core/result.hpp"

namespace logchute::noise {

using Seconds = std::chrono::duration<double>;

/// How things stand at one moment, relative to the settings.
struct Mood {
    double rate = 1;              ///< Times noise.rate; more than 0.
    double errors = 1;            ///< Times noise.error_share.
    double errors_at_least = 0;   ///< Error share of every service is at least this.
    double first_service_errors = 0;  ///< Error share of the first service in noise.services is at least this.
    double latency = 1;           ///< Times the usual durations.
};

/// A pure function of the time since the start: with the same seed and rate, a scenario makes the same records again.
class Scenario {
public:
    /// Errc::invalid for a name that is none, with those there are.
    [[nodiscard]] static Result<Scenario> find(std::string_view name);
    [[nodiscard]] static std::string names();  ///< "steady, burst, ..."

    [[nodiscard]] Mood at(Seconds since_start) const noexcept { return mood_(since_start.count()); }

private:
    using MoodAt = Mood (*)(double seconds) noexcept;
    explicit Scenario(MoodAt mood) noexcept : mood_(mood) {}

    MoodAt mood_;
};

}  // namespace logchute::noise
