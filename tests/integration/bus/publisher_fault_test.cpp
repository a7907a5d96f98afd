// The promise of the bus: what was acknowledged is there, whatever happens to the server.
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "bus_test.hpp"
#include "logchute/bus/consumer.hpp"
#include "logchute/bus/publisher.hpp"

namespace logchute::bus {
namespace {

/// Every payload of the stream, with how often it is there.
std::map<std::string, int> payloads(Connection& connection) {
    const auto info = stream_info(connection, "LOGS");
    REQUIRE(info);
    std::map<std::string, int> found;
    PullConsumer consumer(connection, {.stream = "LOGS", .name = "audit"});
    for (std::uint64_t last = 0; last < info->last_sequence;) {
        auto batch = consumer.fetch({.wait = 5s});
        REQUIRE(batch);
        REQUIRE_FALSE(batch->empty());
        for (Message& message : *batch) {
            CHECK(message.sequence() == last + 1);
            last = message.sequence();
            ++found[std::string(message.payload())];
            CHECK(message.ack());
        }
    }
    return found;
}

TEST_CASE("every message that was acknowledged is there after the server was killed") {
    BusTest bus;
    bus.make_logs_stream();
    std::mutex mutex;
    std::set<std::string> acknowledged;  // under mutex
    std::set<std::string> never_sent;    // under mutex: answered unavailable
    Counter answered;
    std::size_t sent = 0;
    {
        Publisher publisher(bus.connection, {.pending_messages_max = 64});
        std::jthread writer([&](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                const std::string payload = "message " + std::to_string(sent++);
                publisher.publish_async("logs.x", {}, payload, [&, payload](const Result<PubAck>& ack) {
                    {
                        const std::lock_guard lock(mutex);
                        if (ack)
                            acknowledged.insert(payload);
                        else if (ack.error().code == Errc::unavailable)
                            never_sent.insert(payload);
                    }
                    answered.add();
                });
                if (!bus.connection.is_connected()) (void)bus.connection.wait_connected(20ms);
            }
        });
        const auto acknowledged_now = [&] {
            const std::lock_guard lock(mutex);
            return acknowledged.size();
        };
        for (int times = 0; times < 3; ++times) {
            const auto before = acknowledged_now();
            for (const Stopwatch watch; acknowledged_now() < before + 200 && watch.elapsed() < kPatience;) std::this_thread::yield();
            CHECK(acknowledged_now() >= before + 200);
            bus.server.kill();
            bus.server.start();
            REQUIRE(bus.connection.wait_connected(kPatience));
        }
        writer.request_stop();
        writer.join();
        REQUIRE(publisher.flush(SteadyClock::now() + kPatience));
    }
    CHECK(answered.value() == sent);
    const auto found = payloads(bus.connection);
    std::size_t lost = 0;
    for (const auto& payload : acknowledged) lost += found.contains(payload) ? 0U : 1U;
    CHECK(lost == 0);
    std::size_t appeared = 0;
    for (const auto& payload : never_sent) appeared += found.contains(payload) ? 1U : 0U;
    CHECK(appeared == 0);
    int twice = 0;
    for (const auto& [payload, times] : found) twice += times > 1 ? 1 : 0;
    CHECK(twice == 0);
}

TEST_CASE("what is in flight when the server is killed is answered within a second") {
    BusTest bus;
    bus.make_logs_stream();
    Publisher publisher(bus.connection, {});
    bus.server.pause();  // so that all of it is still in flight
    constexpr std::size_t kMessages = 100;
    Counter answered;
    std::atomic<int> otherwise{0};
    for (std::size_t i = 0; i < kMessages; ++i)
        publisher.publish_async("logs.x", {}, "x", [&](const Result<PubAck>& ack) {
            if (ack || ack.error().code != Errc::timeout) ++otherwise;  // sent, and nobody knows what became of it
            answered.add();
        });
    const Stopwatch watch;
    bus.server.kill();
    CHECK(answered.reaches(kMessages));
    CHECK(watch.elapsed() < 1s);
    CHECK(otherwise == 0);
}

TEST_CASE("while the server is away a publish fails at once, and leaves nothing behind") {
    BusTest bus;
    bus.make_logs_stream();
    Publisher publisher(bus.connection, {});
    REQUIRE(publisher.publish("logs.x", {}, "before"));
    bus.server.kill();
    for (const Stopwatch watch; bus.connection.is_connected() && watch.elapsed() < kPatience;) std::this_thread::yield();
    const Stopwatch watch;
    for (int i = 0; i < 100; ++i) {
        const auto ack = publisher.publish("logs.x", {}, "away");
        REQUIRE_FALSE(ack);
        CHECK(ack.error().code == Errc::unavailable);
    }
    CHECK(watch.elapsed() < 1s);
    bus.server.start();
    REQUIRE(bus.connection.wait_connected(kPatience));
    REQUIRE(publisher.publish("logs.x", {}, "after"));
    const auto found = payloads(bus.connection);
    CHECK(found == std::map<std::string, int>{{"before", 1}, {"after", 1}});
}

TEST_CASE("a server that hangs costs a caller no more than the timeout") {
    BusTest bus;
    bus.make_logs_stream();
    Publisher publisher(bus.connection, {.ack_timeout = 1s});
    bus.server.pause();
    constexpr std::size_t kThreads = 8;
    const std::string large(1U << 20, 'x');  // fills the socket, so that writing blocks too
    Counter answered;
    const Stopwatch watch;
    {
        std::vector<std::jthread> threads;
        threads.reserve(kThreads);
        for (std::size_t t = 0; t < kThreads; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 4; ++i) {
                    const auto ack = publisher.publish("logs.x", {}, large);
                    if (!ack) answered.add();
                }
            });
    }
    CHECK(answered.value() == kThreads * 4);
    CHECK(watch.elapsed() < 10s);
    bus.server.resume();
    REQUIRE(bus.connection.wait_connected(kPatience));
    const Stopwatch back;
    while (!publisher.publish("logs.x", {}, "x") && back.elapsed() < kPatience) (void)bus.connection.wait_connected(1s);
    CHECK(publisher.publish("logs.x", {}, "x"));
}

}  // namespace
}  // namespace logchute::bus
