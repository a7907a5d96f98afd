#include "options.hpp"

#include <cmath>
#include <stdexcept>

namespace logchute::noise {
namespace {

double share(std::string_view name, double value) {
    if (value >= 0 && value <= 1) return value;
    throw std::invalid_argument("noise." + std::string(name) + " must be a share from 0 to 1");
}

Where target(std::string_view name) {
    if (name == "nats") return Where::nats;
    if (name == "http") return Where::http;
    if (name == "stdout") return Where::standard_output;
    throw std::invalid_argument("noise.target '" + std::string(name) + "' is none of: nats, http, stdout");
}

Format format(std::string_view name) {
    const auto format = parse_format(name);
    if (format && *format != Format::automatic) return *format;
    throw std::invalid_argument("noise.format '" + std::string(name) + "' is none of: json, logfmt, clf, syslog, plain");
}

Scenario scenario(std::string_view name) {
    const Result<Scenario> found = Scenario::find(name);
    if (!found) throw std::invalid_argument(found.error().detail);
    return *found;
}

double rate(double value) {
    if (std::isfinite(value) && value > 0) return value;
    throw std::invalid_argument("noise.rate must be more than 0 records a second");
}

}  // namespace

Options make_options(const runtime::NoiseSettings& settings, std::uint64_t fresh_seed) {
    const std::uint64_t seed = settings.seed != 0 ? settings.seed : fresh_seed;
    return {.target = target(settings.target),
            .scenario = scenario(settings.scenario),
            .run = {.rate = rate(settings.rate),
                    .total = settings.total,
                    .malformed = share("malformed", settings.malformed),
                    .format = format(settings.format),
                    .seed = seed},
            .generator = {.seed = seed, .error_share = share("error_share", settings.error_share), .services = settings.services}};
}

}  // namespace logchute::noise
