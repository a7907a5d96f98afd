#include "logchute/bus/connection.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "bus_test.hpp"
#include "logchute/bus/publisher.hpp"

namespace logchute::bus {
namespace {

/// Keeps what on_change said.
struct Changes {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::pair<bool, std::string>> said;

    auto listener() {
        return [this](bool connected, std::string_view what) {
            const std::lock_guard lock(mutex);
            said.emplace_back(connected, what);
            changed.notify_all();
        };
    }
    bool hears(bool connected, std::size_t times) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, kPatience, [&] {
            return static_cast<std::size_t>(std::ranges::count(said, connected, &std::pair<bool, std::string>::first)) >= times;
        });
    }
};

TEST_CASE("a server that comes later is found") {
    Changes changes;
    test::NatsServer server(test::NatsServer::Start::later);
    const Connection connection({.url = server.url(), .reconnect_wait = 50ms, .on_change = changes.listener()});
    CHECK_FALSE(connection.is_connected());
    const auto early = connection.wait_connected(10ms);
    REQUIRE_FALSE(early);
    CHECK(early.error().code == Errc::unavailable);
    CHECK(changes.hears(false, 1));
    CHECK(connection.max_payload() == 1U << 20);

    server.start();
    REQUIRE(connection.wait_connected(kPatience));
    CHECK(changes.hears(true, 1));
    CHECK(connection.max_payload() == 8U << 20);
}

TEST_CASE("a server that is away for the same reason is mentioned once") {
    Changes changes;
    {
        const Connection connection(
            {.url = "nats://127.0.0.1:" + std::to_string(test::free_port()), .reconnect_wait = 1ms, .on_change = changes.listener()});
        CHECK(changes.hears(false, 1));
        CHECK_FALSE(connection.wait_connected(100ms));
    }
    CHECK(changes.said.size() == 1);
}

TEST_CASE("a connection comes back after its server was killed, as often as that happens") {
    Changes changes;
    test::NatsServer server;
    const Connection connection({.url = server.url(), .on_change = changes.listener()});
    REQUIRE(connection.wait_connected(kPatience));
    for (std::size_t times = 1; times <= 3; ++times) {
        server.kill();
        REQUIRE(changes.hears(false, times));
        CHECK_FALSE(connection.is_connected());
        server.start();
        const Stopwatch back;
        REQUIRE(connection.wait_connected(kPatience));
        CHECK(back.elapsed() < 2s);
    }
}

TEST_CASE("a server that hangs is given up, and found again when it goes on") {
    Changes changes;
    test::NatsServer server;
    const Connection connection({.url = server.url(), .on_change = changes.listener()});
    REQUIRE(connection.wait_connected(kPatience));
    server.pause();
    CHECK(changes.hears(false, 1));
    server.resume();
    CHECK(connection.wait_connected(kPatience));
}

TEST_CASE("a connection can be closed while its server is away, and while it hangs") {
    test::NatsServer server;
    {
        Connection connection({.url = server.url()});
        REQUIRE(connection.wait_connected(kPatience));
        server.pause();
        const Stopwatch closing;
        connection.close(SteadyClock::now() + 200ms);
        CHECK(closing.elapsed() < 5s);
        CHECK_FALSE(connection.is_connected());
        CHECK_FALSE(connection.wait_connected(kPatience));  // closed: no point in waiting
    }
    server.kill();
    const Stopwatch closing;
    {
        const Connection connection({.url = server.url()});
    }
    CHECK(closing.elapsed() < 3s);
}

TEST_CASE("closing lets what was published arrive") {
    BusTest bus;
    bus.make_logs_stream();
    constexpr std::size_t kMessages = 500;
    Counter answered;
    {
        Connection connection({.url = bus.server.url()});
        REQUIRE(connection.wait_connected(kPatience));
        Publisher publisher(connection, {});
        for (std::size_t i = 0; i < kMessages; ++i)
            publisher.publish_async("logs.x", {}, "x", [&](const Result<PubAck>&) { answered.add(); });
        connection.close(SteadyClock::now() + kPatience);
    }
    CHECK(answered.value() == kMessages);
    // The server has them all, and is still writing.
    std::uint64_t stored = 0;
    for (const Stopwatch watch; stored < kMessages && watch.elapsed() < kPatience;)
        stored = stream_info(bus.connection, "LOGS").value().messages;
    CHECK(stored == kMessages);
}

TEST_CASE("options that can never work throw at once") {
    CHECK_THROWS_AS(Connection({.url = "http://x"}), std::runtime_error);
    CHECK_THROWS_AS(Connection({.credentials_file = "/nowhere/x.creds"}), std::runtime_error);
}

}  // namespace
}  // namespace logchute::bus
