// From settings to what the parts take.
#pragma once

#include "generator.hpp"
#include "logchute/runtime/settings.hpp"
#include "noise_run.hpp"
#include "scenario.hpp"

namespace logchute::noise {

enum class Where : std::uint8_t { nats, http, standard_output };

struct Options {
    Where target;
    Scenario scenario;
    RunOptions run;
    GeneratorOptions generator;
};

/// Throws std::invalid_argument, naming the setting and what it may be. `fresh_seed` is taken where noise.seed is 0.
[[nodiscard]] Options make_options(const runtime::NoiseSettings& settings, std::uint64_t fresh_seed);

}  // namespace logchute::noise
