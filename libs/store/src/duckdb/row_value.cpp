#include "duckdb/row_value.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "logchute/core/json_text.hpp"

namespace logchute::store::duck {

RowValue::RowValue(std::string_view name) : kind_(Kind::tag_or_field), name_(name) {
    static constexpr std::array<std::pair<std::string_view, Kind>, 5> kNames{
        {{"source", Kind::source}, {"service", Kind::service}, {"host", Kind::host}, {"level", Kind::level}, {"message", Kind::message}}};
    for (const auto& [known, kind] : kNames) {
        if (name == known) kind_ = kind;
    }
    if (name.starts_with("tags.")) {
        kind_ = Kind::tag;
        name_ = name.substr(5);
    } else if (name.starts_with("fields.")) {
        kind_ = Kind::field;
        name_ = name.substr(7);
    }
}

ColumnSet RowValue::columns() const noexcept {
    switch (kind_) {
        case Kind::source: return kSourceColumn;
        case Kind::service: return kServiceColumn;
        case Kind::host: return kHostColumn;
        case Kind::level: return kLevelColumn;
        case Kind::message: return kMessageColumn;
        case Kind::tag: return kTagsColumn;
        case Kind::field: return kFieldsColumn;
        case Kind::tag_or_field: return kTagsColumn | kFieldsColumn;
    }
    return 0;
}

std::optional<std::string_view> RowValue::json_text(const search::Row& row) const {
    if (kind_ == Kind::tag || kind_ == Kind::tag_or_field) {
        if (const auto value = json::find_key(row.tags, name_)) return value;
    }
    return kind_ == Kind::tag ? std::nullopt : json::find_path(row.fields, name_);
}

std::string_view RowValue::text(const search::Row& row, std::string& scratch) const {
    switch (kind_) {
        case Kind::source: return row.source;
        case Kind::service: return row.service;
        case Kind::host: return row.host;
        case Kind::level: return to_string(row.level);
        case Kind::message: return row.message;
        default: break;
    }
    const auto value = json_text(row);
    if (!value) return {};
    return json::kind_of(*value) == json::Kind::string ? json::unquote(*value, scratch) : *value;
}

std::optional<double> RowValue::number(const search::Row& row) const {
    if (kind_ < Kind::tag) return std::nullopt;
    const auto value = json_text(row);
    if (!value || json::kind_of(*value) != json::Kind::number) return std::nullopt;
    double number = 0;
    const auto [end, problem] = std::from_chars(value->data(), value->data() + value->size(), number);
    if (problem != std::errc{} || end != value->data() + value->size() || !std::isfinite(number)) return std::nullopt;
    return number;
}

}  // namespace logchute::store::duck
