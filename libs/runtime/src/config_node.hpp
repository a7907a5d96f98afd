// What a setting is read from, wherever it stands: a piece of YAML, an environment variable, a flag. Only yaml_file.cpp knows yaml-cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace logchute::runtime {

/// Where something was written.
struct Origin {
    std::string source;  ///< "config.yaml", "environment variable LOGCHUTE_GATEWAY_PORT", "flag --rate"
    int line = 0;        ///< From 1; 0 where lines make no sense.
    int column = 0;
};
/// "config.yaml:18:3", or the source alone.
[[nodiscard]] std::string to_string(const Origin& origin);

/// One thing that is wrong; people are shown all of them at once.
struct Fault {
    Origin at;
    std::string text;
};
using Faults = std::vector<Fault>;

struct ConfigNode {
    enum class Kind : std::uint8_t { null, scalar, list, map };
    Kind kind = Kind::null;
    Origin at;
    std::string text;                  ///< Of a scalar.
    std::vector<ConfigNode> children;  ///< Of a list or map, in order.
    std::string key;                   ///< Where the parent is a map.
    Origin key_at;
};
/// "a list", for messages.
[[nodiscard]] const char* describe(ConfigNode::Kind kind) noexcept;

}  // namespace logchute::runtime
