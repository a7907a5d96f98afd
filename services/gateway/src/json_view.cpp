#include "json_view.hpp"

#include <algorithm>

namespace logchute::gateway {
namespace {

std::size_t end_of_string(std::string_view json, std::size_t at) noexcept {
    for (++at; at < json.size(); ++at) {
        if (json[at] == '\\')
            ++at;
        else if (json[at] == '"')
            return at + 1;
    }
    return json.size();
}

}  // namespace

std::size_t end_of_value(std::string_view json, std::size_t at) noexcept {
    if (at >= json.size()) return at;
    if (json[at] == '"') return end_of_string(json, at);
    if (json[at] != '{' && json[at] != '[') return std::min(json.find_first_of(",]} \t\r\n", at), json.size());
    std::size_t depth = 0;
    while (at < json.size()) {
        const char c = json[at];
        if (c == '"') {
            at = end_of_string(json, at);
            continue;
        }
        ++at;
        if (c == '{' || c == '[') ++depth;
        if ((c == '}' || c == ']') && --depth == 0) return at;
    }
    return at;
}

std::size_t JsonView::size() const noexcept {
    std::size_t count = 0;
    for_each_element([&](const JsonView&) { return ++count != 0; });
    return count;
}

}  // namespace logchute::gateway
