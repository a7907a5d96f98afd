// The leaves of a compiled search: one question each about one row.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "logchute/core/json_text.hpp"
#include "logchute/core/search/matcher.hpp"
#include "logchute/core/tokens.hpp"
#include "regex.hpp"

namespace logchute::search {

/// The values that a Target has in a row: none, one, or two where a tag and a field have the same name.
class Values {
public:
    explicit Values(const Target& target);

    /// Bits of Column.
    [[nodiscard]] std::uint8_t columns() const noexcept { return columns_; }
    /// True for a column of the row, false for tags and fields.
    [[nodiscard]] bool is_column() const noexcept { return column_ != nullptr; }
    /// True where `predicate` holds for one of the values as JSON text; columns, which are no JSON, have none.
    template <class Predicate>
    [[nodiscard]] bool any_json(const Row& row, Predicate&& predicate) const {
        if ((columns_ & kTags) != 0) {
            if (const auto value = json::find_key(row.tags, name_); value && predicate(*value)) return true;
        }
        if ((columns_ & kFields) != 0) {
            if (const auto value = json::find_path(row.fields, name_); value && predicate(*value)) return true;
        }
        return false;
    }
    /// True where `predicate` holds for one of the values as text: strings by content, all else by its JSON text. An empty column is no
    /// value.
    template <class Predicate>
    [[nodiscard]] bool any_text(const Row& row, Predicate&& predicate) const {
        if (is_column()) return !(row.*column_).empty() && predicate(row.*column_);
        return any_json(row, [&](std::string_view value) {
            if (json::kind_of(value) != json::Kind::string) return predicate(value);
            std::string unescaped;  // stays empty, and on the stack, but for strings with escapes
            return predicate(json::unquote(value, unescaped));
        });
    }
    /// Roughly what a look costs, in nanoseconds.
    [[nodiscard]] int cost() const noexcept { return is_column() ? 2 : columns_ == (kTags | kFields) ? 60 : 30; }

private:
    std::string_view Row::* column_ = nullptr;
    std::uint8_t columns_ = 0;
    std::string name_;
};

/// Everything a search can ask about the level comes down to a set of levels: bit n for the level of number n.
struct LevelIn {
    std::uint8_t levels = 0;
    [[nodiscard]] bool operator()(const Row& row) const noexcept { return (levels >> static_cast<unsigned>(row.level) & 1U) != 0; }
    [[nodiscard]] std::uint8_t columns() const noexcept { return kLevel; }
    [[nodiscard]] int cost() const noexcept { return 1; }
};

struct MessageHas {
    WordSearcher words;
    [[nodiscard]] bool operator()(const Row& row) const noexcept { return words.found_in(row.message); }
    [[nodiscard]] std::uint8_t columns() const noexcept { return kMessage; }
    [[nodiscard]] int cost() const noexcept { return 10; }
};

struct IsOneOf {
    Values values;
    std::vector<Value> wanted;
    [[nodiscard]] bool operator()(const Row& row) const;
    [[nodiscard]] std::uint8_t columns() const noexcept { return values.columns(); }
    [[nodiscard]] int cost() const noexcept { return values.cost() + static_cast<int>(wanted.size()); }
};

struct IsThere {
    Values values;
    [[nodiscard]] bool operator()(const Row& row) const;
    [[nodiscard]] std::uint8_t columns() const noexcept { return values.columns(); }
    [[nodiscard]] int cost() const noexcept { return values.cost(); }
};

struct Compares {
    Values values;
    Comparison comparison;
    double number;
    [[nodiscard]] bool operator()(const Row& row) const;
    [[nodiscard]] std::uint8_t columns() const noexcept { return values.columns(); }
    [[nodiscard]] int cost() const noexcept { return values.cost() + 10; }
};

struct FitsRegex {
    Values values;
    bool even_empty;  // message and raw are there even where they are empty
    RegexSearcher regex;
    [[nodiscard]] bool operator()(const Row& row) const;
    [[nodiscard]] std::uint8_t columns() const noexcept { return values.columns(); }
    [[nodiscard]] int cost() const noexcept { return values.cost() + (regex.is_filtered() ? 20 : 200); }
};

using Predicate = std::variant<LevelIn, MessageHas, IsOneOf, IsThere, Compares, FitsRegex>;

/// The predicate of a leaf of the tree (not Everything, And, Or, Not).
[[nodiscard]] Predicate predicate_of(const Words& it);
[[nodiscard]] Predicate predicate_of(const Equals& it);
[[nodiscard]] Predicate predicate_of(const Exists& it);
[[nodiscard]] Predicate predicate_of(const Compare& it);
[[nodiscard]] Predicate predicate_of(const LevelCompare& it);
[[nodiscard]] Predicate predicate_of(const Regex& it);

}  // namespace logchute::search
