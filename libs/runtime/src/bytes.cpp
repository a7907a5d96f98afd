#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "logchute/runtime/settings.hpp"

namespace logchute {
namespace {

// Those of 1024 first: format_bytes() prefers them where others are no shorter.
constexpr std::array<std::pair<std::string_view, std::uint64_t>, 13> kUnits{{{"EiB", 1ULL << 60},
                                                                             {"PiB", 1ULL << 50},
                                                                             {"TiB", 1ULL << 40},
                                                                             {"GiB", 1ULL << 30},
                                                                             {"MiB", 1ULL << 20},
                                                                             {"KiB", 1ULL << 10},
                                                                             {"EB", 1'000'000'000'000'000'000ULL},
                                                                             {"PB", 1'000'000'000'000'000ULL},
                                                                             {"TB", 1'000'000'000'000ULL},
                                                                             {"GB", 1'000'000'000ULL},
                                                                             {"MB", 1'000'000ULL},
                                                                             {"kB", 1'000ULL},
                                                                             {"B", 1ULL}}};

std::uint64_t unit_of(std::string_view name) {
    if (name.empty()) return 1;
    if (name == "KB") return 1000;
    for (const auto& [unit, factor] : kUnits)
        if (unit == name) return factor;
    return 0;
}

}  // namespace

Result<Bytes> parse_bytes(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range) return fail(Errc::too_large, "this is more than 64 bits can count");
    const auto digits = static_cast<std::size_t>(end - text.data());
    std::string_view unit = text.substr(digits);
    while (unit.starts_with(' ')) unit.remove_prefix(1);
    const std::uint64_t factor = unit_of(unit);
    if (error != std::errc{} || factor == 0) return fail(Errc::invalid, "expected a size such as 512, 16kB or 64MiB");
    if (number > std::numeric_limits<std::int64_t>::max() / factor) return fail(Errc::too_large, "this is more than 8 EiB");
    return Bytes{number * factor};
}

std::string format_bytes(Bytes bytes) {
    std::string shortest;
    const auto offer = [&](std::string text) {
        if (shortest.empty() || text.size() < shortest.size()) shortest = std::move(text);
    };
    for (const auto& [unit, factor] : kUnits)
        if (factor > 1 && bytes.value != 0 && bytes.value % factor == 0) offer(std::to_string(bytes.value / factor).append(unit));
    offer(std::to_string(bytes.value));
    return shortest;
}

}  // namespace logchute
