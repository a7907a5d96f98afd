// The value that a record has under a name: what groups are keyed by and aggregates are made of.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "duckdb/layout.hpp"
#include "logchute/core/search/matcher.hpp"

namespace logchute::store::duck {

/// Names mean what they mean in a search: service, host, level, source, `tags.x`, `fields.a.b`, or a tag or field of that name, the tag
/// first. Immutable.
class RowValue {
public:
    explicit RowValue(std::string_view name);

    /// The columns it reads.
    [[nodiscard]] ColumnSet columns() const noexcept;
    [[nodiscard]] bool is_level() const noexcept { return kind_ == Kind::level; }
    /// As text: strings without quotes, all else as its JSON text; empty where the record has none. Into `scratch`, or a view of the row.
    [[nodiscard]] std::string_view text(const search::Row& row, std::string& scratch) const;
    /// Where it is a number.
    [[nodiscard]] std::optional<double> number(const search::Row& row) const;

private:
    enum class Kind : unsigned char { source, service, host, level, message, tag, field, tag_or_field };
    [[nodiscard]] std::optional<std::string_view> json_text(const search::Row& row) const;

    Kind kind_;
    std::string name_;
};

}  // namespace logchute::store::duck
