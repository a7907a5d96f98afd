#include "formats.hpp"

#include "text.hpp"

namespace logchute::noise {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::uint32_t kSyslogFacility = 16;  // local0

struct Civil {
    std::chrono::year_month_day day;
    std::chrono::hh_mm_ss<std::chrono::seconds> time;
};

Civil civil(Timestamp at) noexcept {
    const auto day = std::chrono::floor<std::chrono::days>(at);
    return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss(std::chrono::floor<std::chrono::seconds>(at - day))};
}

void append_two(std::string& out, std::uint32_t number, char pad = '0') {
    if (number < 10) out += pad;
    append_number(out, number);
}

void append_clock(std::string& out, const Civil& when) {
    append_two(out, static_cast<std::uint32_t>(when.time.hours().count()));
    out += ':';
    append_two(out, static_cast<std::uint32_t>(when.time.minutes().count()));
    out += ':';
    append_two(out, static_cast<std::uint32_t>(when.time.seconds().count()));
}

std::string_view month_name(const Civil& when) noexcept { return kMonths[static_cast<unsigned>(when.day.month()) - 1]; }

std::string_view trace_id(const Event& event) noexcept { return {event.trace_id.data(), event.trace_id.size()}; }

/// Appends pieces of text one after the other.
template <class... Pieces>
void append(std::string& out, const Pieces&... pieces) {
    (out.append(pieces), ...);
}

void append_json(std::string& out, const Event& event) {
    out += R"({"timestamp":")";
    append_rfc3339(out, event.at);
    append(out, R"(","level":")", to_string(event.level), R"(","service":")", event.service, R"(","host":")", event.host,
           R"(","message":")", event.message, R"(","tags":{"region":")", event.region, R"(","user":")", event.user,
           R"("},"fields":{"trace_id":")", trace_id(event), R"(","method":")", event.method, R"(","path":")", event.path, R"(","status":)");
    append_number(out, event.status);
    out += R"(,"duration_ms":)";
    append_millis(out, event.duration_us);
    out += "}}\n";
}

void append_logfmt(std::string& out, const Event& event) {
    out += "ts=";
    append_rfc3339(out, event.at);
    append(out, " level=", to_string(event.level), " service=", event.service, " host=", event.host, " msg=\"", event.message,
           "\" user=", event.user, " trace_id=", trace_id(event), " method=", event.method, " path=\"", event.path, "\" status=");
    append_number(out, event.status);
    out += " duration_ms=";
    append_millis(out, event.duration_us);
    out += '\n';
}

/// The combined format; the service stands as virtual host in the referrer, the trace in the user agent.
void append_clf(std::string& out, const Event& event) {
    const Civil when = civil(event.at);
    append(out, event.client, " - ", event.user, " [");
    append_two(out, static_cast<unsigned>(when.day.day()));
    append(out, "/", month_name(when), "/");
    append_number(out, static_cast<int>(when.day.year()));
    out += ':';
    append_clock(out, when);
    append(out, " +0000] \"", event.method, " ", event.path, " HTTP/1.1\" ");
    append_number(out, event.status);
    out += ' ';
    append_number(out, event.bytes);
    append(out, " \"https://", event.service, ".example.com/\" \"noise/1.0 (", trace_id(event), ")\"\n");
}

std::uint32_t syslog_severity(Level level) noexcept {
    switch (level) {
        case Level::fatal: return 2;
        case Level::error: return 3;
        case Level::warn: return 4;
        case Level::trace:
        case Level::debug: return 7;
        case Level::info:
        case Level::unknown: break;
    }
    return 6;
}

void append_syslog(std::string& out, const Event& event) {
    out += '<';
    append_number(out, kSyslogFacility * 8 + syslog_severity(event.level));
    const bool old_style = event.trace_id[0] <= '1';
    if (old_style) {
        const Civil when = civil(event.at);
        append(out, ">", month_name(when), " ");
        append_two(out, static_cast<unsigned>(when.day.day()), ' ');
        out += ' ';
        append_clock(out, when);
        append(out, " ", event.host, " ", event.service, "[");
        append_number(out, event.process);
        append(out, "]: ", event.message, "\n");
        return;
    }
    out += ">1 ";
    append_rfc3339(out, event.at);
    append(out, " ", event.host, " ", event.service, " ");
    append_number(out, event.process);
    append(out, " - [request@32473 user=\"", event.user, "\" trace_id=\"", trace_id(event), "\" status=\"");
    append_number(out, event.status);
    append(out, "\"] ", event.message, "\n");
}

void append_plain(std::string& out, const Event& event) {
    append_rfc3339(out, event.at);
    out += ' ';
    for (const char c : to_string(event.level)) out += static_cast<char>(c - 'a' + 'A');
    append(out, " [", event.service, "] ", event.message, "\n");
}

}  // namespace

void append_line(std::string& out, Format format, const Event& event) {
    switch (format) {
        case Format::json: return append_json(out, event);
        case Format::logfmt: return append_logfmt(out, event);
        case Format::clf: return append_clf(out, event);
        case Format::syslog: return append_syslog(out, event);
        case Format::automatic:
        case Format::plain: break;
    }
    append_plain(out, event);
}

}  // namespace logchute::noise
