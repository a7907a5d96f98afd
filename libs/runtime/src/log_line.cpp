#include "log_line.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "logchute/core/json_text.hpp"
#include "printable.hpp"

namespace logchute::runtime {
namespace {

constexpr std::size_t kLevelWidth = 6;

template <class Number>
void append_number(std::string& out, Number number) {
    char text[32];
    out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}

// Every value but a text looks the same in both forms.
struct AppendValue {
    std::string& out;
    LineForm form;

    void operator()(std::string_view text) const {
        if (form == LineForm::json)
            json::append_string(out, text);
        else
            append_bare_or_quoted(text);
    }
    void operator()(bool value) const { out += value ? "true" : "false"; }
    void operator()(double value) const {
        if (std::isfinite(value))
            append_number(out, value);
        else
            out += "null";
    }
    void operator()(std::int64_t value) const { append_number(out, value); }
    void operator()(std::uint64_t value) const { append_number(out, value); }

    void append_bare_or_quoted(std::string_view text) const {
        const bool needs_quotes = text.empty() || text.find_first_of(" \"=\t\n") != std::string_view::npos;
        if (!needs_quotes) return append_printable(out, text);
        out += '"';
        std::string escaped;
        for (const char c : text) {
            if (c == '"' || c == '\\') escaped += '\\';
            escaped += c;
        }
        append_printable(out, escaped);
        out += '"';
    }
};

}  // namespace

void append_line_head(std::string& out, LineForm form, Timestamp at, std::string_view level, std::string_view service) {
    if (form == LineForm::json) {
        out += R"({"timestamp":")";
        append_rfc3339(out, at);
        out += R"(","level":")";
        out += level;
        out += R"(","service":)";
        json::append_string(out, service);
        out += ',';
        return;
    }
    append_rfc3339(out, at);
    out += ' ';
    out += level;
    out.append(kLevelWidth - std::min(level.size(), kLevelWidth - 1), ' ');
}

std::string render_line(LineForm form, std::string_view message, std::span<const LogField> fields) {
    std::string out;
    if (form == LineForm::json) {
        out += R"("message":)";
        json::append_string(out, message);
    } else {
        append_printable(out, message);
    }
    for (const LogField& field : fields) {
        out += form == LineForm::json ? ',' : ' ';
        if (form == LineForm::json) {
            json::append_string(out, field.name());
            out += ':';
        } else {
            append_printable(out, field.name());
            out += '=';
        }
        std::visit(AppendValue{out, form}, field.value());
    }
    if (form == LineForm::json) out += '}';
    return out;
}

}  // namespace logchute::runtime
