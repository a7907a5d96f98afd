#include "scenario.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace logchute::noise {
namespace {

/// True in the first `length` seconds after `quiet` seconds, again and again.
bool in_episode(double seconds, double quiet, double length) noexcept { return std::fmod(seconds, quiet + length) >= quiet; }

Mood steady(double /*seconds*/) noexcept { return {}; }

/// Ten times the rate for 2 s out of every 20.
Mood burst(double seconds) noexcept { return in_episode(seconds, 18, 2) ? Mood{.rate = 10} : Mood{}; }

/// Half a minute of errors and slowness after every 90 s of peace.
Mood error_spike(double seconds) noexcept {
    return in_episode(seconds, 90, 30) ? Mood{.errors = 10, .errors_at_least = 0.3, .latency = 4} : Mood{};
}

/// Errors and latency creep up over an hour to ten and three times what they were, and stay: no single minute looks alarming.
Mood slow_burn(double seconds) noexcept {
    const double progress = std::min(seconds / 3600, 1.0);
    return {.errors = 1 + 9 * progress, .latency = 1 + 2 * progress};
}

/// The first service fails nearly always for 20 s out of every two minutes; the others feel it a little.
Mood outage(double seconds) noexcept {
    return in_episode(seconds, 100, 20) ? Mood{.errors = 2, .first_service_errors = 0.95, .latency = 2} : Mood{};
}

/// A day within ten minutes: quiet at night (a fifth of the rate), busy at noon (almost twice).
Mood daily(double seconds) noexcept {
    const double turn = 2 * std::numbers::pi * seconds / 600;
    return {.rate = 1 - 0.8 * std::cos(turn), .latency = 1 - 0.3 * std::cos(turn)};
}

struct Named {
    std::string_view name;
    Mood (*mood)(double) noexcept;
};
constexpr std::array kScenarios{Named{"steady", steady},       Named{"burst", burst},   Named{"error-spike", error_spike},
                                Named{"slow-burn", slow_burn}, Named{"outage", outage}, Named{"daily", daily}};

}  // namespace

Result<Scenario> Scenario::find(std::string_view name) {
    const auto found = std::ranges::find(kScenarios, name, &Named::name);
    if (found != kScenarios.end()) return Scenario(found->mood);
    return fail(Errc::invalid, "noise.scenario '" + std::string(name) + "' is none of: " + names());
}

std::string Scenario::names() {
    std::string all;
    for (const Named& scenario : kScenarios) {
        if (!all.empty()) all += ", ";
        all += scenario.name;
    }
    return all;
}

}  // namespace logchute::noise
