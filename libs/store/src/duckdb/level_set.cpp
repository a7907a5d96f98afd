#include "duckdb/level_set.hpp"

#include <type_traits>

#include "logchute/core/level.hpp"

namespace logchute::store::duck {
namespace {

constexpr std::uint8_t kAny = 0xff;

std::uint8_t bit(Level level) noexcept { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(level)); }

std::uint8_t levels_of(const search::Equals& it) {
    if (it.target.kind != search::Target::Kind::level) return kAny;
    std::uint8_t levels = 0;
    for (const auto& value : it.values) {
        const auto level = parse_level(value.text);
        if (value.prefix || !level) return kAny;
        levels |= bit(*level);
    }
    return levels;
}

std::uint8_t levels_of(const search::LevelCompare& it) {
    std::uint8_t levels = 0;
    for (const auto level : kLevels) {
        if (level == Level::unknown) continue;
        const bool holds = [&] {
            switch (it.comparison) {
                case search::Comparison::less: return level < it.level;
                case search::Comparison::less_equal: return level <= it.level;
                case search::Comparison::greater: return level > it.level;
                case search::Comparison::greater_equal: return level >= it.level;
            }
            return true;
        }();
        if (holds) levels |= bit(level);
    }
    return levels;
}

}  // namespace

std::uint8_t possible_levels(const search::Node& node) {
    return std::visit(
        [](const auto& it) -> std::uint8_t {
            using T = std::remove_cvref_t<decltype(it)>;
            if constexpr (std::is_same_v<T, search::Equals> || std::is_same_v<T, search::LevelCompare>) {
                return levels_of(it);
            } else if constexpr (std::is_same_v<T, search::And>) {
                std::uint8_t levels = kAny;
                for (const auto& child : it.children) levels &= possible_levels(*child);
                return levels;
            } else if constexpr (std::is_same_v<T, search::Or>) {
                std::uint8_t levels = 0;
                for (const auto& child : it.children) levels |= possible_levels(*child);
                return it.children.empty() ? kAny : levels;
            } else {
                return kAny;
            }
        },
        node.it);
}

}  // namespace logchute::store::duck
