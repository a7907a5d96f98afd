#include "ledger_answers.hpp"

#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace logchute::ingestion {
namespace {

Result<nanoseconds> window_of(std::string_view request) {
    const auto asked = nlohmann::json::parse(request, nullptr, /*allow_exceptions=*/false);
    if (!asked.is_object() || !asked.contains("window_ns") || !asked["window_ns"].is_number_integer())
        return fail(Errc::invalid, "the request must be {\"window_ns\":NUMBER}");
    const nanoseconds window(asked["window_ns"].get<std::int64_t>());
    if (window <= nanoseconds::zero() || window > std::chrono::days(31))
        return fail(Errc::invalid, "window_ns must be above 0, and a month at most");
    return window;
}

}  // namespace

std::unique_ptr<bus::Responder> serve_ledger(bus::Connection& connection, Ledger& ledger) {
    const auto read = [&ledger](std::string_view request, bus::ReplyWriter& reply) -> Result<void> {
        const auto window = window_of(request);
        if (!window) return std::unexpected(window.error());
        const auto answer = ledger.read(*window, now());
        if (!answer) return std::unexpected(answer.error());
        return reply.write(*answer);
    };
    std::vector<bus::Responder::Route> routes;
    routes.push_back({"svc.ledger.read", read});
    return std::make_unique<bus::Responder>(connection, "ledger", std::move(routes),
                                            bus::ResponderOptions{.threads = 1, .waiting_max = 64});
}

}  // namespace logchute::ingestion
