#include "options.hpp"

#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <limits>
#include <stdexcept>

using namespace logchute;
using namespace logchute::noise;
using runtime::NoiseSettings;

TEST_CASE("the defaults can be used") {
    const Options options = make_options({}, 42);
    CHECK(options.target == Where::nats);
    CHECK(options.run.format == Format::json);
    CHECK(options.run.seed == 42);
    CHECK(options.generator.seed == 42);
}

TEST_CASE("a seed that is set is taken") {
    NoiseSettings settings;
    settings.seed = 7;
    CHECK(make_options(settings, 42).run.seed == 7);
    CHECK(make_options(settings, 42).generator.seed == 7);
}

TEST_CASE("what cannot be used is refused, and the setting named") {
    struct Case {
        const char* named;
        std::function<void(NoiseSettings&)> change;
    };
    for (const auto& [named, change] : {
             Case{"noise.rate", [](auto& s) { s.rate = 0; }},
             Case{"noise.rate", [](auto& s) { s.rate = -1; }},
             Case{"noise.rate", [](auto& s) { s.rate = std::numeric_limits<double>::infinity(); }},
             Case{"noise.malformed", [](auto& s) { s.malformed = 1.1; }},
             Case{"noise.malformed", [](auto& s) { s.malformed = std::numeric_limits<double>::quiet_NaN(); }},
             Case{"noise.error_share", [](auto& s) { s.error_share = -0.1; }},
             Case{"noise.target", [](auto& s) { s.target = "kafka"; }},
             Case{"noise.format", [](auto& s) { s.format = "xml"; }},
             Case{"noise.format", [](auto& s) { s.format = "auto"; }},
             Case{"noise.scenario", [](auto& s) { s.scenario = "panic"; }},
         }) {
        NoiseSettings settings;
        change(settings);
        try {
            (void)make_options(settings, 1);
            FAIL_CHECK(named << " was accepted");
        } catch (const std::invalid_argument& error) {
            CHECK(std::string(error.what()).starts_with(named));
        }
    }
}
