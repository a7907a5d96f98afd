// What is refused for now, against the real server.
#include "log_world.hpp"

using namespace logchute;
using namespace logchute::gateway;

namespace {

std::string retry_after(const http::Response& response) {
    for (const auto& [name, value] : response.headers)
        if (name == "Retry-After") return value;
    return "";
}

bool becomes_closed(World& world) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (world.admission.check()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(20ms);  // the server is asked every second, and tells nobody
    }
    return true;
}

}  // namespace

TEST_CASE("a source over its rate is told when to come back, and others are not refused") {
    LogWorld world([](runtime::Settings& settings) { settings.gateway.source_rate_max = 10; });
    CHECK(world.send(lines(10'000), "").status == 200);
    const auto refused = world.send("one\n", "");
    CHECK(refused.status == 429);
    CHECK(std::stoi(retry_after(refused)) > 1);
    CHECK(body_of(refused).contains("gateway.source_rate_max"));
    CHECK(world.send("one\n", "", "api").status == 200);
    CHECK(world.metrics.expose().contains("gateway_refused_total{reason=\"rate\"} 1"));
}

TEST_CASE("once the stream is nearly full of what nobody has stored, nothing more is let in") {
    LogWorld world([](runtime::Settings& settings) { settings.nats.logs.max_bytes = {1U << 20}; });
    CHECK(world.send(lines(900'000), "").status == 200);  // there is no ingestion: all of it waits
    REQUIRE(becomes_closed(world));
    const auto refused = world.send("one\n", "");
    CHECK(refused.status == 503);
    CHECK(retry_after(refused) == "1");
    CHECK(world.post(part("file", "a.log", "one\n") + kFormEnd).status == 503);
    CHECK(world.metrics.expose().contains("gateway_refused_total{reason=\"lag\"}"));
}

TEST_CASE("a bus that is away is a 503 that says when to come back") {
    LogWorld world;
    world.server.kill();
    REQUIRE(becomes_closed(world));
    const auto refused = world.send("one\n", "");
    CHECK(refused.status == 503);
    CHECK(retry_after(refused) == "1");
}
