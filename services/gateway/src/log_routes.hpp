// POST /api/v1/logs and /send.
#pragma once

#include "admission.hpp"
#include "intake.hpp"
#include "logchute/runtime/http.hpp"
#include "logchute/runtime/metrics.hpp"
#include "logchute/runtime/settings.hpp"
#include "memory_budget.hpp"
#include "source_rate.hpp"

namespace logchute::gateway {

/// Threads: handlers run on the server's. Lifetime: borrows all; must outlive the server.
class LogRoutes {
public:
    LogRoutes(Intake& intake, const Admission& admission, MemoryBudget& memory, const runtime::GatewaySettings& settings,
              runtime::Metrics& metrics);

    void add_to(http::Router& router);

private:
    [[nodiscard]] http::Response send(http::Request& request);
    [[nodiscard]] http::Response logs(http::Request& request);
    [[nodiscard]] http::Response answer(const Origin& origin, std::string_view text);
    /// Names the messages of a request that has an Idempotency-Key. A problem where it has one that is none.
    [[nodiscard]] static std::optional<http::Problem> identify(const http::Request& request, Origin& origin);

    Intake& intake_;
    const Admission& admission_;
    MemoryBudget& memory_;
    const runtime::GatewaySettings settings_;
    SourceRate rate_;
    runtime::Counter records_total_, duplicates_total_, refused_for_bus_, refused_for_rate_, refused_for_memory_;
};

}  // namespace logchute::gateway
