#include <array>
#include <utility>

#include "logchute/store/log_reader.hpp"

namespace logchute::store {

std::optional<Aggregate> parse_aggregate(std::string_view name) noexcept {
    using enum Aggregate;
    static constexpr std::array<std::pair<std::string_view, Aggregate>, 9> kNames{
        {{"count", count}, {"sum", sum}, {"avg", avg}, {"min", min}, {"max", max}, {"p50", p50}, {"p90", p90}, {"p95", p95}, {"p99", p99}}};
    for (const auto& [known, aggregate] : kNames) {
        if (name == known) return aggregate;
    }
    return std::nullopt;
}

}  // namespace logchute::store
