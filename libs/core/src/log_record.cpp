#include "logchute/core/log_record.hpp"

#include "logchute/core/json_text.hpp"

namespace logchute {
namespace {

/// `"name":"text",`; `name` needs no escapes.
void append_text(std::string& out, std::string_view name, std::string_view text) {
    out.append("\"").append(name).append("\":");
    json::append_string(out, text);
    out += ',';
}

std::string_view object_or_empty(std::string_view object) noexcept { return object.empty() ? std::string_view("{}") : object; }

}  // namespace

void append_record_json(std::string& out, const LogRecord& record, std::string_view id, std::string_view source) {
    out += '{';
    if (!id.empty()) append_text(out, "id", id);
    out += "\"timestamp\":\"";
    append_rfc3339(out, record.timestamp);
    out += "\",";
    if (record.timestamp_is_receipt) out += "\"timestamp_from\":\"receipt\",";
    out.append("\"level\":\"").append(to_string(record.level)).append("\",");
    if (!source.empty()) append_text(out, "source", source);
    append_text(out, "service", record.service);
    append_text(out, "host", record.host);
    append_text(out, "message", record.message);
    out.append("\"tags\":").append(object_or_empty(record.tags));
    out.append(",\"fields\":").append(object_or_empty(record.fields));
    out += '}';
}

}  // namespace logchute
