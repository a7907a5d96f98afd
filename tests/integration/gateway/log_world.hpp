// What tests of /api/v1/logs start from.
#pragma once

#include "gateway_world.hpp"
#include "log_routes.hpp"

namespace logchute::gateway {

/// The routes of logs, too.
struct LogWorld : World {
    using World::World;

    bus::GroupCommitter group{publisher, {}};
    MemoryBudget memory{64U << 20};
    Intake intake{publisher, group, {.chunk_bytes = 2'000}};
    LogRoutes logs{intake, admission, memory, settings.gateway, metrics};

    http::Response send(const std::string& body, const std::string& key, const std::string& source = "web",
                        const std::string& type = "text/plain") {
        http::Router router;
        logs.add_to(router);
        http::Request request;
        request.method = http::Method::post;
        request.path = "/api/v1/logs";
        request.query = {{"source", source}};
        request.headers = {{"Content-Type", type}};
        if (!key.empty()) request.headers.push_back({"Idempotency-Key", key});
        request.body = body;
        return router.match(http::Method::post, "/api/v1/logs").route->handler(request);
    }
    std::uint64_t records() {
        std::uint64_t sum = 0;
        for (const Stored& message : stored(*this)) sum += std::stoull(std::string(bus::find_header(message.headers, bus::kRecordsHeader)));
        return sum;
    }
};

}  // namespace logchute::gateway
