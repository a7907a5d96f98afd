#include "config_node.hpp"

namespace logchute::runtime {

std::string to_string(const Origin& origin) {
    if (origin.line == 0) return origin.source;
    std::string text = origin.source + ':' + std::to_string(origin.line);
    if (origin.column != 0) text += ':' + std::to_string(origin.column);
    return text;
}

const char* describe(ConfigNode::Kind kind) noexcept {
    switch (kind) {
        case ConfigNode::Kind::null: return "nothing";
        case ConfigNode::Kind::scalar: return "a single value";
        case ConfigNode::Kind::list: return "a list";
        case ConfigNode::Kind::map: return "a group of keys";
    }
    return "nothing";
}

}  // namespace logchute::runtime
