// Events of a small make-believe company, made from a seed.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catalog.hpp"
#include "logchute/core/level.hpp"
#include "logchute/core/time.hpp"
#include "random.hpp"
#include "scenario.hpp"

namespace logchute::noise {

/// One thing that happened, before a format makes a line of it. Views and text are valid until the generator's next event. No text holds
/// quotes, backslashes or control characters, so formats need not escape it.
struct Event {
    Timestamp at{};
    Level level = Level::info;
    std::string_view service, host, region, method;
    std::string user, client, path, message;  ///< "u4821", "10.2.7.41", "/api/v1/items/17", "..."
    std::array<char, 32> trace_id{};          ///< Hexadecimal; several events in a row share one.
    std::uint32_t status = 200;
    std::uint32_t duration_us = 0;
    std::uint32_t bytes = 0;
    std::uint32_t process = 0;
};

struct GeneratorOptions {
    std::uint64_t seed = 1;
    double error_share = 0.02;          ///< Share of events of level error or fatal.
    std::vector<std::string> services;  ///< At least one; letters, digits and . _ - only, 48 at most: fit for every format.
};

/// Makes events. Pure: the same options, moods and times give the same events; apart from `at`, times play no part. One thread.
class Generator {
public:
    /// Throws std::invalid_argument where the options cannot be used, saying which and why.
    explicit Generator(GeneratorOptions options);

    /// The next event, valid until the next call. Makes about 3 million a second on one core.
    [[nodiscard]] const Event& next(Timestamp at, const Mood& mood);

private:
    struct Service {
        std::string name;
        Topic topic;
        std::uint32_t process;
    };
    void choose_who();
    void choose_outcome(const Mood& mood);
    void choose_request();
    void fill(std::string& out, std::string_view text);
    void append_value(std::string& out, std::string_view name);

    GeneratorOptions options_;
    std::vector<Service> services_;
    Random random_;
    Event event_;
    std::uint32_t service_ = 0;  // index of the event's service
    std::uint32_t id_ = 0;       // what {id} stands for in this event
};

}  // namespace logchute::noise
