#include "answers.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>

#include "logchute/core/json_text.hpp"
#include "logchute/core/time.hpp"

namespace logchute::dashboard {
namespace {

void append_number(std::string& out, std::uint64_t number) { out += std::to_string(number); }

/// The shortest text that reads back as the same number; JSON has none for infinities and NaN.
void append_number(std::string& out, const std::optional<double>& number) {
    if (!number || !std::isfinite(*number)) {
        out += "null";
        return;
    }
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, *number).ptr;
    out.append(text, end);
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
    json::append_string(out, name);
    out += ':';
    json::append_string(out, text);
}

}  // namespace

std::string Stopwatch::json() const {
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun_).count();
    char text[48];
    const int size = std::snprintf(text, sizeof text, "\"took_ms\":%.2f", ms);
    return {text, static_cast<std::size_t>(size)};
}

void append_array(std::string& out, std::string_view lines) {
    out += '[';
    while (!lines.empty()) {
        const auto end = lines.find('\n');
        out += lines.substr(0, end);
        lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
        if (!lines.empty()) out += ',';
    }
    out += ']';
}

std::string search_json(const store::RecordPage& page, const Stopwatch& watch) {
    std::string out = "{\"records\":";
    out.reserve(page.lines.size() + 256);
    append_array(out, page.lines);
    out += ",\"next_cursor\":";
    if (page.next_cursor.empty())
        out += "null";
    else
        json::append_string(out, page.next_cursor);
    return out + ',' + watch.json() + '}';
}

std::string newest_json(const store::RecordPage& page) {
    std::string out = "{\"records\":";
    append_array(out, page.lines);
    return out + '}';
}

std::string context_json(const store::ContextPage& page) {
    std::string out = "{\"before\":";
    append_array(out, page.before.lines);
    out += ",\"record\":";
    out += std::string_view(page.record).substr(0, page.record.find('\n'));
    out += ",\"after\":";
    append_array(out, page.after.lines);
    return out + '}';
}

std::string stats_json(const store::Stats& stats, const std::vector<std::string>& by, bool has_value, const Stopwatch& watch) {
    std::string out = "{\"total\":";
    append_number(out, stats.total);
    if (has_value && by.empty()) {
        out += ",\"value\":";
        append_number(out, stats.value);
    }
    if (!by.empty()) {
        out += ",\"groups\":[";
        bool is_first = true;
        for (const store::StatsGroup& group : stats.groups) {
            if (!is_first) out += ',';
            is_first = false;
            out += "{\"key\":{";
            for (std::size_t i = 0; i < by.size() && i < group.key.size(); ++i) {
                if (i != 0) out += ',';
                append_member(out, by[i], group.key[i]);
            }
            out += "},\"count\":";
            append_number(out, group.count);
            if (has_value) {
                out += ",\"value\":";
                append_number(out, group.value);
            }
            out += '}';
        }
        out += "],\"other\":";
        append_number(out, stats.other);
    }
    return out + ',' + watch.json() + '}';
}

std::string histogram_json(const store::Histogram& histogram, std::string_view step_text, nanoseconds step, const Stopwatch& watch) {
    std::string out = "{";
    append_member(out, "step", step_text);
    out += ",\"total\":";
    append_number(out, histogram.total);
    out += ",\"series\":[";
    bool is_first = true;
    for (const store::HistogramSeries& series : histogram.series) {
        if (!is_first) out += ',';
        is_first = false;
        out += '{';
        append_member(out, "key", series.key);
        out += ",\"points\":[";
        Timestamp at = histogram.first;
        for (std::size_t i = 0; i < series.counts.size(); ++i, at += step) {
            out += i == 0 ? "[\"" : ",[\"";
            append_rfc3339(out, at);
            out += "\",";
            append_number(out, series.counts[i]);
            out += ']';
        }
        out += "]}";
    }
    return out + "]," + watch.json() + '}';
}

std::string fields_json(const std::vector<store::FieldInfo>& fields) {
    std::string out = "{\"fields\":[";
    bool is_first = true;
    for (const store::FieldInfo& field : fields) {
        if (!is_first) out += ',';
        is_first = false;
        out += '{';
        append_member(out, "name", field.name);
        out += ',';
        append_member(out, "kind", field.kind);
        out += ',';
        append_member(out, "type", field.type);
        out += ",\"count\":";
        append_number(out, field.count);
        out += ",\"top\":[";
        for (std::size_t i = 0; i < field.top.size(); ++i) {
            out += i == 0 ? "{" : ",{";
            append_member(out, "value", field.top[i].value);
            out += ",\"count\":";
            append_number(out, field.top[i].count);
            out += '}';
        }
        out += "]}";
    }
    return out + "]}";
}

}  // namespace logchute::dashboard
