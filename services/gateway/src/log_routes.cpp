#include "log_routes.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "idempotency.hpp"
#include "logchute/core/json_records.hpp"
#include "logchute/core/json_text.hpp"
#include "logchute/core/level.hpp"
#include "refusals.hpp"
#include "request_body.hpp"

namespace logchute::gateway {
namespace {

using http::Method;
using http::Parameters;
using http::Problem;
using http::Request;
using http::Response;

constexpr std::string_view kUnknownBody =
    "send application/json (an object or an array of objects), application/x-ndjson (one object a line) or text/plain (one record a line), "
    "in UTF-8";

/// The parameters that /api/v1/logs has beside the body.
Origin origin_of(Parameters& parameters, BodyKind kind) {
    Origin origin;
    origin.source = parameters.text("source", origin.source);
    if (!is_source(origin.source)) parameters.reject("source", "source names a subject: use letters, digits, '-' and '_', at most 64");
    origin.service = parameters.text("service");
    if (!is_service(origin.service)) parameters.reject("service", service_form());
    const auto name = parameters.text("format", kind == BodyKind::text ? "auto" : "json");
    const auto format = parse_format(name);
    if (!format)
        parameters.reject("format", "format is one of auto, json, logfmt, clf, syslog, plain");
    else if (kind == BodyKind::json_document && *format != Format::json && *format != Format::automatic)
        parameters.reject("format", "a body of application/json is json; send other formats as text/plain");
    origin.format = format.value_or(Format::automatic);
    if (kind == BodyKind::json_document) origin.format = Format::json;
    origin.join = parameters.boolean("join", false);
    return origin;
}

/// About as many as there are records; blank lines, which are none, count too.
std::uint64_t line_count(std::string_view text) {
    const auto ends = static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
    return text.empty() || text.back() == '\n' ? ends : ends + 1;
}

Problem too_fast(const std::string& source, double rate, int seconds) {
    char limit[32];
    const char* const end = std::to_chars(limit, limit + sizeof limit, rate).ptr;
    return {.status = 429,
            .detail = "the source " + source + " sends more than the " + std::string(std::string_view(limit, end)) +
                      " records a second that gateway.source_rate_max allows; send this again after the time in Retry-After",
            .retry_after = seconds};
}

Response accepted(std::uint64_t records) { return Response::json("{\"accepted\":" + std::to_string(records) + "}"); }

}  // namespace

LogRoutes::LogRoutes(Intake& intake, const Admission& admission, MemoryBudget& memory, const runtime::GatewaySettings& settings,
                     runtime::Metrics& metrics)
    : intake_(intake),
      admission_(admission),
      memory_(memory),
      settings_(settings),
      rate_(settings.source_rate_max),
      records_total_(metrics.counter("gateway_records_total", "Records accepted: on disk in LOGS.")),
      duplicates_total_(
          metrics.counter("gateway_duplicate_records_total",
                          "Records sent again under their Idempotency-Key, which LOGS had already; not counted as accepted.")),
      refused_for_bus_(refused_total(metrics, "bus")),
      refused_for_rate_(refused_total(metrics, "rate")),
      refused_for_memory_(refused_total(metrics, "memory")) {}

void LogRoutes::add_to(http::Router& router) {
    const http::RouteOptions body{.body_bytes_max = settings_.body_bytes_max.value};
    router.get("/send", [this](Request& request) { return send(request); });
    router.post("/send", [this](Request& request) { return send(request); });
    router.post("/api/v1/logs", [this](Request& request) { return logs(request); }, body);
}

Response LogRoutes::send(Request& request) {
    Parameters parameters(request);
    const auto message = parameters.text("message", settings_.default_message);
    const auto service = parameters.text("service", settings_.default_service);
    const auto level = parameters.text("level", settings_.default_level);
    if (!is_service(service)) parameters.reject("service", service_form());
    if (!parse_level(level))
        parameters.reject("level", "level is one of trace, debug, info, warn, error, fatal, or another usual spelling");
    if (auto problem = parameters.finish()) return Response::problem(std::move(*problem));

    std::string line = "{\"level\":";
    json::append_string(line, level);
    line += ",\"service\":";
    json::append_string(line, service);
    line += ",\"message\":";
    json::append_string(line, message);
    line += "}\n";
    Origin origin{.format = Format::json};
    if (auto problem = identify(request, origin)) return Response::problem(*std::move(problem));
    return answer(origin, line);
}

Response LogRoutes::logs(Request& request) {
    const auto kind = body_kind(request);
    if (!kind) return Response::problem({.status = 415, .detail = std::string(kUnknownBody)});
    Parameters parameters(request);
    Origin origin = origin_of(parameters, *kind);
    if (auto problem = parameters.finish()) return Response::problem(std::move(*problem));
    if (auto problem = identify(request, origin)) return Response::problem(*std::move(problem));

    MemoryBudget::Lease lease(memory_);
    auto body = decoded_body(request, settings_.body_bytes_max.value, lease);
    if (!body) {
        if (body.error().status == 503) refused_for_memory_.add();
        return Response::problem(std::move(body).error());
    }
    if (*kind != BodyKind::json_document) return answer(origin, *body);

    auto records = json_records(*std::move(body));
    if (!records) return Response::error(records.error());
    return answer(origin, records->lines);
}

std::optional<Problem> LogRoutes::identify(const Request& request, Origin& origin) {
    auto key = idempotency_key(request);
    if (!key) return std::move(key).error();
    origin.identity = *std::move(key);
    return std::nullopt;
}

Response LogRoutes::answer(const Origin& origin, std::string_view text) {
    if (auto open = admission_.check(); !open) return Response::error(open.error());
    const std::uint64_t lines = line_count(text);
    if (const auto seconds = rate_.take(origin.source, lines)) {
        refused_for_rate_.add();
        return Response::problem(too_fast(origin.source, rate_.records_per_second(), *seconds));
    }
    const auto taken = intake_.take(origin, text);
    if (!taken) {
        rate_.give_back(origin.source, lines);
        refused_for_bus_.add();
        return Response::error(taken.error());
    }
    records_total_.add(static_cast<double>(taken->records - taken->duplicates));
    duplicates_total_.add(static_cast<double>(taken->duplicates));
    return accepted(taken->records);
}

}  // namespace logchute::gateway
