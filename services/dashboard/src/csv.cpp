#include "csv.hpp"

#include <array>
#include <optional>

#include "logchute/core/json_text.hpp"

namespace logchute::dashboard {
namespace {

constexpr std::array<std::string_view, 9> kColumns{"timestamp", "level", "service", "host", "message", "source", "id", "tags", "fields"};

bool is_formula(std::string_view cell) { return !cell.empty() && std::string_view("=+-@\t\r").contains(cell.front()); }

void append_cell(std::string& out, std::string_view cell) {
    const bool is_defused = is_formula(cell);
    if (!is_defused && cell.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += cell;
        return;
    }
    out += '"';
    if (is_defused) out += '\'';
    for (const char c : cell) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

}  // namespace

void append_csv_head(std::string& out) {
    for (const auto column : kColumns) out.append(column).push_back(column == kColumns.back() ? '\r' : ',');
    out += '\n';
}

Result<void> append_csv_row(std::string& out, std::string_view record_json) {
    std::string scratch;
    bool has_any = false;
    for (const auto column : kColumns) {
        if (column != kColumns.front()) out += ',';
        const auto value = json::find_key(record_json, column);
        if (!value) continue;
        has_any = true;
        append_cell(out, json::kind_of(*value) == json::Kind::string ? json::unquote(*value, scratch) : *value);
    }
    out += "\r\n";
    if (!has_any) return fail(Errc::failed, "a record to export is no JSON object");
    return {};
}

}  // namespace logchute::dashboard
