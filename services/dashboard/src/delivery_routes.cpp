#include "delivery_routes.hpp"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "logchute/bus/request.hpp"
#include "logchute/core/batch_parser.hpp"

namespace logchute::dashboard {
namespace {

using namespace std::chrono_literals;
using http::Parameters;
using http::Request;
using http::Response;
using Json = nlohmann::json;

constexpr std::int64_t kSamplesMax = 10'000;
constexpr nanoseconds kWindowMax = 24h * 31;

}  // namespace

void DeliveryRoutes::add_to(http::Router& router) {
    router.get("/api/v1/dlq", [this](Request& request) { return list(request); });
    router.add(http::Method::del, "/api/v1/dlq", [this](Request& request) { return purge(request); });
    router.post("/api/v1/dlq/replay", [this](Request& request) { return replay(request); });
    router.get("/api/v1/dlq/{id}", [this](Request& request) { return letter(request); });
    router.get("/api/v1/ledger", [this](Request& request) { return ledger(request); });
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

}  // namespace logchute::dashboard
