#include "predicates.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "json_scan.hpp"

namespace logchute::search {
namespace {

using Kind = Target::Kind;

template <class Holds>
LevelIn levels_where(Holds&& holds) {
    LevelIn set;
    for (const Level level : kLevels) {
        if (holds(level)) set.levels = static_cast<std::uint8_t>(set.levels | 1U << static_cast<unsigned>(level));
    }
    return set;
}

bool compare(double value, Comparison comparison, double limit) noexcept {
    switch (comparison) {
        case Comparison::less: return value < limit;
        case Comparison::less_equal: return value <= limit;
        case Comparison::greater: return value > limit;
        case Comparison::greater_equal: return value >= limit;
    }
    return false;
}

/// The value of a JSON number; one too large for a double is infinite, as comparisons want it, and one too small is 0.
std::optional<double> number_of(std::string_view json) noexcept {
    double number = 0;
    const char* const end = json.data() + json.size();
    const auto [stop, problem] = std::from_chars(json.data(), end, number);
    if (problem == std::errc{} && stop == end) return number;
    if (problem != std::errc::result_out_of_range) return std::nullopt;
    if (!json::is_beyond_double(json)) return 0.0;
    const double huge = std::numeric_limits<double>::infinity();
    return json.front() == '-' ? -huge : huge;
}

}  // namespace

Values::Values(const Target& target) : name_(target.name) {
    const auto read = [this](std::string_view Row::* column, int columns) {
        column_ = column;
        columns_ = static_cast<std::uint8_t>(columns);
    };
    switch (target.kind) {
        case Kind::message: read(&Row::message, kMessage); break;
        case Kind::raw: read(&Row::raw, kRaw); break;
        case Kind::source: read(&Row::source, kSource); break;
        case Kind::service: read(&Row::service, kService); break;
        case Kind::host: read(&Row::host, kHost); break;
        case Kind::level: break;  // no text in a row: its questions are LevelIn
        case Kind::tag: read(nullptr, kTags); break;
        case Kind::field: read(nullptr, kFields); break;
        case Kind::tag_or_field: read(nullptr, kTags | kFields); break;
    }
}

bool IsOneOf::operator()(const Row& row) const {
    return values.any_text(row, [this](std::string_view text) {
        return std::ranges::any_of(wanted,
                                   [text](const Value& value) { return value.prefix ? text.starts_with(value.text) : text == value.text; });
    });
}

bool IsThere::operator()(const Row& row) const {
    if (values.is_column()) return values.any_text(row, [](std::string_view) { return true; });
    return values.any_json(row, [](std::string_view) { return true; });
}

bool Compares::operator()(const Row& row) const {
    return values.any_json(row, [this](std::string_view value) {
        if (json::kind_of(value) != json::Kind::number) return false;
        const auto actual = number_of(value);
        return actual && compare(*actual, comparison, number);
    });
}

bool FitsRegex::operator()(const Row& row) const {
    if (even_empty) return regex.found_in((values.columns() & kRaw) != 0 ? row.raw : row.message);
    return values.any_text(row, [this](std::string_view text) { return regex.found_in(text); });
}

Predicate predicate_of(const Words& it) { return MessageHas{WordSearcher(it.text, it.open_end)}; }

Predicate predicate_of(const Equals& it) {
    if (it.target.kind != Kind::level) return IsOneOf{Values(it.target), it.values};
    return levels_where([&](Level level) { return std::ranges::find(it.values, to_string(level), &Value::text) != it.values.end(); });
}

Predicate predicate_of(const Exists& it) {
    if (it.target.kind == Kind::level) return levels_where([](Level level) { return level != Level::unknown; });
    return IsThere{Values(it.target)};
}

Predicate predicate_of(const Compare& it) { return Compares{Values(it.target), it.comparison, it.number}; }

Predicate predicate_of(const LevelCompare& it) {
    return levels_where([&](Level level) {
        return level != Level::unknown && compare(static_cast<double>(level), it.comparison, static_cast<double>(it.level));
    });
}

Predicate predicate_of(const Regex& it) {
    RegexSearcher regex(it.pattern);
    if (it.target.kind == Kind::level) return levels_where([&](Level level) { return regex.found_in(to_string(level)); });
    const bool even_empty = it.target.kind == Kind::message || it.target.kind == Kind::raw;
    return FitsRegex{Values(it.target), even_empty, std::move(regex)};
}

}  // namespace logchute::search
