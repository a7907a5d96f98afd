// The names under which structured formats (json, logfmt) carry what a record has a place of its own for. One table for all of them.
#pragma once

#include <cstdint>
#include <string_view>

namespace logchute {

enum class Known : std::uint8_t { none, timestamp, level, message, service, host, tags, fields };
inline constexpr std::size_t kKnownCount = 8;

/// What a top-level name means. Where a record has several names of one meaning, the one of the lowest rank is taken, the first of equals,
/// and the others stay fields under their own names: {"log":"stdout","msg":"hello"} says "hello".
struct KnownName {
    Known known = Known::none;
    std::uint8_t rank = 0;
};

/// Compares exactly, with case: `Host` and `Level` are somebody's own fields.
[[nodiscard]] constexpr KnownName known_name(std::string_view key) noexcept {
    using enum Known;
    switch (key.size()) {
        case 2:
            if (key == "ts") return {timestamp, 3};
            break;
        case 3:
            if (key == "msg") return {message, 1};
            if (key == "lvl") return {level, 2};
            if (key == "log") return {message, 3};
            if (key == "app") return {service, 3};
            break;
        case 4:
            if (key == "time") return {timestamp, 2};
            if (key == "host") return {host, 0};
            if (key == "body") return {message, 2};
            if (key == "tags") return {tags, 0};
            break;
        case 5:
            if (key == "level") return {level, 0};
            break;
        case 6:
            if (key == "fields") return {fields, 0};
            break;
        case 7:
            if (key == "message") return {message, 0};
            if (key == "service") return {service, 0};
            break;
        case 8:
            if (key == "severity") return {level, 1};
            if (key == "hostname") return {host, 1};
            if (key == "loglevel") return {level, 3};
            if (key == "datetime") return {timestamp, 4};
            if (key == "app.name") return {service, 4};
            break;
        case 9:
            if (key == "timestamp") return {timestamp, 0};
            if (key == "host.name") return {host, 2};
            if (key == "log.level") return {level, 4};
            if (key == "log_level") return {level, 5};
            if (key == "levelname") return {level, 6};
            break;
        case 10:
            if (key == "@timestamp") return {timestamp, 1};
            break;
        case 11:
            if (key == "application") return {service, 5};
            break;
        case 12:
            if (key == "service.name") return {service, 1};
            if (key == "service_name") return {service, 2};
            if (key == "severityText") return {level, 7};
            break;
        case 13:
            if (key == "severity_text") return {level, 8};
            break;
        default: break;
    }
    return {};
}

}  // namespace logchute
