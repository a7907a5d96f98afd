#include "delivery_routes.hpp"

#include <array>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "logchute/bus/request.hpp"
#include "logchute/core/batch_parser.hpp"
#include "logchute/core/json_text.hpp"

namespace logchute::dashboard {
namespace {

using namespace std::chrono_literals;
using http::Parameters;
using http::Request;
using http::Response;
using Json = nlohmann::json;

constexpr std::int64_t kSamplesMax = 10'000;
constexpr nanoseconds kWindowMax = 24h * 31;

// Those that the store and the streams need. The noise-maker comes and goes.
constexpr std::array<std::string_view, 3> kServices{"gateway", "ingestion", "log-analyzer"};
constexpr auto kHealthPatience = 1s;

struct ServiceHealth {
    std::string status, detail;
};

/// What a service says of itself; "down" where nobody answers, "silent" where one is there and does not.
ServiceHealth health_of(bus::Connection& connection, std::string_view service) try {
    const auto answer = bus::request(connection, bus::health_subject(service), "{}", kHealthPatience);
    if (!answer) return {answer.error().code == Errc::timeout ? "silent" : "down", answer.error().detail};
    const Json report = Json::parse(*answer, nullptr, /*allow_exceptions=*/false);
    if (!report.is_object()) return {"silent", "its answer is no JSON object"};
    ServiceHealth seen{report.value("status", "unready"), ""};
    const Json checks = report.value("checks", Json::object());
    for (const auto& [name, check] : checks.items())
        if (check != "ok")
            seen.detail += (seen.detail.empty() ? "" : "; ") + name + ": " + (check.is_string() ? check.get<std::string>() : check.dump());
    return seen;
} catch (const std::exception& failure) {  // whatever answers there
    return {"silent", failure.what()};
}

}  // namespace

void DeliveryRoutes::add_to(http::Router& router) {
    router.get("/api/v1/dlq", [this](Request& request) { return list(request); });
    router.add(http::Method::del, "/api/v1/dlq", [this](Request& request) { return purge(request); });
    router.post("/api/v1/dlq/replay", [this](Request& request) { return replay(request); });
    router.get("/api/v1/dlq/{id}", [this](Request& request) { return letter(request); });
    router.get("/api/v1/ledger", [this](Request& request) { return ledger(request); });
    router.get("/api/v1/health", [this](Request& request) { return health(request); });
}

Response DeliveryRoutes::ask(std::string_view subject, const std::string& question) {
    auto answer = bus::request(connection_, subject, question, timeout_);
    if (!answer) return Response::error(answer.error());
    return Response::json(*std::move(answer));
}

Response DeliveryRoutes::list(const Request& request) {
    Parameters parameters(request);
    const auto limit = parameters.integer("limit", 10, 1, kSamplesMax);
    if (auto problem = parameters.finish()) return Response::problem(std::move(*problem));
    return ask("svc.dlq.list", Json{{"limit", limit}}.dump());
}

Response DeliveryRoutes::letter(const Request& request) {
    Parameters parameters(request);
    if (auto problem = parameters.finish()) return Response::problem(std::move(*problem));
    return ask("svc.dlq.get", Json{{"id", request.param("id")}}.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Response DeliveryRoutes::replay(const Request& request) {
    Parameters parameters(request);
    if (auto problem = parameters.finish()) return Response::problem(std::move(*problem));
    return ask("svc.dlq.replay", request.body);
}

Response DeliveryRoutes::purge(const Request& request) {
    Parameters parameters(request);
    const auto reason = parameters.optional("reason");
    const bool all = parameters.boolean("all", false);
    if (reason && !parse_reason(*reason))
        parameters.reject("reason", "reason is invalid_format, invalid_json, invalid_timestamp, invalid_utf8, too_long or empty");
    if (reason.has_value() == all) parameters.reject("reason", "name the reason whose dead letters are to go, or say all=true");
    if (auto problem = parameters.finish()) return Response::problem(std::move(*problem));
    return ask("svc.dlq.purge", reason ? Json{{"reason", *reason}}.dump() : "{}");
}

Response DeliveryRoutes::ledger(const Request& request) {
    Parameters parameters(request);
    const auto window = parameters.duration("window", 1h, 1s, kWindowMax);
    if (auto problem = parameters.finish()) return Response::problem(std::move(*problem));
    return ask("svc.ledger.read", Json{{"window_ns", window.count()}}.dump());
}

// 200 as long as this can answer: whoever asks wants to know which of the others cannot.
Response DeliveryRoutes::health(const Request& request) {
    Parameters parameters(request);
    if (auto problem = parameters.finish()) return Response::problem(std::move(*problem));
    std::vector<std::pair<std::string_view, std::future<ServiceHealth>>> asked;
    for (const std::string_view service : kServices)
        asked.emplace_back(service, std::async(std::launch::async, [this, service] { return health_of(connection_, service); }));
    const bool is_connected = connection_.is_connected();
    Json services{{"dashboard", {{"status", is_connected ? "ready" : "unready"}, {"detail", is_connected ? "" : "NATS is away"}}}};
    bool all_well = is_connected;
    for (auto& [service, answer] : asked) {
        const ServiceHealth seen = answer.get();
        all_well = all_well && (seen.status == "ready" || seen.status == "standby");
        services[std::string(service)] = {{"status", json::to_valid_utf8(seen.status)}, {"detail", json::to_valid_utf8(seen.detail)}};
    }
    return Response::json(Json{{"status", all_well ? "ok" : "degraded"}, {"services", std::move(services)}}.dump());
}

}  // namespace logchute::dashboard
