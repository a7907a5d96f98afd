#include "target.hpp"

#include <array>
#include <utility>

namespace logchute::search {
namespace {

using enum Target::Kind;

constexpr std::array<std::pair<std::string_view, Target::Kind>, 6> kColumns{
    {{"message", message}, {"raw", raw}, {"source", source}, {"service", service}, {"host", host}, {"level", level}}};
constexpr std::array<std::pair<std::string_view, Target::Kind>, 2> kPrefixes{{{"tags.", tag}, {"fields.", field}}};

}  // namespace

std::optional<Target> target_of(std::string_view name) {
    for (const auto& [column, kind] : kColumns) {
        if (name == column) return Target{kind, {}};
    }
    for (const auto& [prefix, kind] : kPrefixes) {
        if (!name.starts_with(prefix)) continue;
        if (name.size() == prefix.size()) return std::nullopt;
        return Target{kind, std::string(name.substr(prefix.size()))};
    }
    return Target{tag_or_field, std::string(name)};
}

std::string name_of(const Target& target) {
    for (const auto& [column, kind] : kColumns) {
        if (target.kind == kind) return std::string(column);
    }
    for (const auto& [prefix, kind] : kPrefixes) {
        if (target.kind == kind) return std::string(prefix) + target.name;
    }
    return target.name;
}

std::string_view sign_of(Comparison comparison) noexcept {
    switch (comparison) {
        case Comparison::less: return "<";
        case Comparison::less_equal: return "<=";
        case Comparison::greater: return ">";
        case Comparison::greater_equal: return ">=";
    }
    return "<";
}

}  // namespace logchute::search
