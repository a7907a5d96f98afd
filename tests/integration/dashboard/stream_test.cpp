// GET /stream over real sockets and the real nats-server.
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "live_bus_source.hpp"
#include "logchute/bus/key_value.hpp"
#include "logchute/bus/names.hpp"
#include "logchute/bus/publisher.hpp"
#include "logchute/bus/stream.hpp"
#include "logchute/runtime/http_server.hpp"
#include "runtime/raw_client.hpp"
#include "stream_route.hpp"
#include "support/nats_server.hpp"

using namespace logchute;
using namespace logchute::dashboard;
using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

namespace {

/// A store that has nothing yet.
class EmptyStore final : public store::LogReader {
public:
    Result<store::RecordPage> search(const store::SearchRequest&) override { return store::RecordPage{}; }
    Result<std::string> record(std::string_view) override { return std::string(); }
    Result<store::ContextPage> context(std::string_view, std::size_t, std::size_t) override { return store::ContextPage{}; }
    Result<store::Stats> stats(const store::StatsRequest&) override { return store::Stats{}; }
    Result<store::Histogram> histogram(const store::HistogramRequest&) override { return store::Histogram{}; }
    Result<std::vector<store::FieldInfo>> fields(const store::Scope&) override { return std::vector<store::FieldInfo>{}; }
    Result<store::Tallies> tallies(std::string_view) override { return store::Tallies{}; }
};

/// The live part of one dashboard.
struct Dashboard {
    explicit Dashboard(const std::string& nats) : connection({.url = nats, .name = "dashboard"}) {
        REQUIRE(connection.wait_connected(10s));
        http::Router router;
        route.add_to(router);
        server.emplace(std::move(router), http::ServerOptions{}, metrics);
    }

    EmptyStore store;
    runtime::Metrics metrics;
    bus::Connection connection;
    RecordIds ids{store};
    LogSource logs{connection, ids, kLineBytesMax};
    DocumentSource uploads{connection, "KV_" + std::string(bus::kStateBucket), "$KV." + std::string(bus::kStateBucket) + ".upload.>"};
    DocumentSource alerts{connection, std::string(bus::kAlertsStream), std::string(bus::kAlertsSubjects)};
    StreamRoute route{{logs, uploads, alerts}, metrics};
    std::optional<http::Server> server;  // last: its handlers use all of the above
};

struct World {
    test::NatsServer nats;
    bus::Connection connection{{.url = nats.url(), .name = "test"}};
    bus::Publisher publisher{connection, {}};
    std::optional<Dashboard> dashboard;

    World() {
        REQUIRE(connection.wait_connected(10s));
        REQUIRE(bus::ensure_stream(connection, {.name = "LOGS", .subjects = {"logs.>"}}));
        dashboard.emplace(nats.url());
    }
    void publish(const std::string& text) { REQUIRE(publisher.publish("logs.test", {}, text)); }
};

/// One reader of /stream.
class Reader {
public:
    explicit Reader(const Dashboard& dashboard, const std::string& parameters = "q=", const std::string& last_id = "")
        : client_(dashboard.server->port()) {
        REQUIRE(client_.send("GET /stream?" + parameters + " HTTP/1.1\r\nHost: t\r\n" +
                             (last_id.empty() ? "" : "Last-Event-ID: " + last_id + "\r\n") + "\r\n"));
        const auto head = client_.read_until("\r\n\r\n");
        INFO(head);
        REQUIRE(head.starts_with("HTTP/1.1 200"));
        (void)client_.read_until("retry: 2000\n\n");
    }
    /// The next event, comments left out; chunks may lie between.
    std::string next() {
        while (true) {
            auto event = client_.read_until("\n\n");
            if (event.empty()) return event;
            if (const auto begin = event.find("id: "); begin != std::string::npos) return event.substr(begin);
        }
    }
    [[nodiscard]] bool has_more(std::chrono::milliseconds patience) const { return client_.has_input(patience); }

private:
    test::RawClient client_;
};

std::string id_of(const std::string& event) { return event.substr(4, event.find('\n') - 4); }

std::size_t resident_kib() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
    return 0;
}

}  // namespace

TEST_CASE("a record is seen as a search would show it, with the id that the store will give it") {
    World world;
    Reader reader(*world.dashboard, "q=level:error");
    world.publish(
        "{\"level\":\"info\",\"message\":\"fine\"}\n{\"level\":\"error\",\"message\":\"b\\u00f6se\",\"timestamp\":\"2026-01-02T03:04:05Z\","
        "\"n\":1}\n");
    const auto event = reader.next();
    INFO(event);
    CHECK(event.contains("event: log\n"));
    CHECK(event.contains("\"id\":\"1-1\""));
    CHECK(event.contains("\"message\":\"böse\""));
    CHECK(event.contains("\"timestamp\":\"2026-01-02T03:04:05Z\""));
    CHECK(event.contains("\"source\":\"test\""));
    CHECK(event.contains("\"n\":1"));
}

TEST_CASE("readers go on without a gap over a server that is killed, and a dashboard that starts anew") {
    World world;
    std::optional<Reader> reader(std::in_place, *world.dashboard);
    world.publish("one\n");
    CHECK(reader->next().contains("\"one\""));

    world.nats.kill();
    world.nats.start();
    REQUIRE(world.connection.wait_connected(10s));
    world.publish("two\n");
    const auto two = reader->next();
    CHECK(two.contains("\"two\""));

    reader.reset();
    world.dashboard.reset();
    world.publish("three\nfour\n");
    world.dashboard.emplace(world.nats.url());
    Reader again(*world.dashboard, "q=", id_of(two));
    world.publish("five\n");
    for (const char* word : {"three", "four", "five"}) CHECK(again.next().contains("\"" + std::string(word) + "\""));
}

TEST_CASE("with the bus away a stream does not begin") {
    World world;
    world.nats.kill();
    test::RawClient client(world.dashboard->server->port());
    const auto reply = client.ask("GET /stream HTTP/1.1\r\nHost: t\r\n\r\n");
    CHECK(reply.status == 503);
    CHECK_FALSE(reply.header("retry-after").empty());
}

TEST_CASE("a stream that is deleted and made anew goes on with its first message") {
    World world;
    Reader reader(*world.dashboard);
    for (int i = 0; i < 3; ++i) world.publish("old\n");
    for (int i = 0; i < 3; ++i) CHECK(reader.next().contains("\"old\""));
    (void)world.publisher.publish("$JS.API.STREAM.DELETE.LOGS", {}, "");  // answered, though not by the acknowledgement of a message
    REQUIRE_FALSE(bus::stream_info(world.connection, "LOGS"));
    REQUIRE(bus::ensure_stream(world.connection, {.name = "LOGS", .subjects = {"logs.>"}}));
    world.publish("new\n");
    CHECK(reader.next().contains("\"new\""));
}

TEST_CASE("uploads are seen as they change, alerts once there are any; what is no JSON object is passed over") {
    World world;
    Reader reader(*world.dashboard, "events=upload,alert");
    bus::KeyValue state(world.connection, {.name = std::string(bus::kStateBucket)});
    REQUIRE(state.put("lease", "{\"not\":\"an upload\"}"));
    REQUIRE(state.put("upload.1", "no json\n\nevent: forged"));
    REQUIRE(state.put("upload.1", "{\"id\":\"1\",\n\"state\":\"receiving\"}"));
    const auto upload = reader.next();
    INFO(upload);
    CHECK(upload.contains("event: upload\ndata: {\"id\":\"1\", \"state\":\"receiving\"}\n\n"));
    REQUIRE(state.remove("upload.1"));
    REQUIRE(state.put("upload.2", "{\"id\":\"2\"}"));
    const auto second = reader.next();
    CHECK(second.contains("{\"id\":\"2\"}"));

    REQUIRE(
        bus::ensure_stream(world.connection, {.name = std::string(bus::kAlertsStream), .subjects = {std::string(bus::kAlertsSubjects)}}));
    REQUIRE(world.publisher.publish("alerts.fired", {}, "{\"rule\":\"r\"}"));
    CHECK(reader.next().contains("event: alert\ndata: {\"rule\":\"r\"}\n\n"));
    REQUIRE(state.put("upload.3", "{\"id\":\"3\"}"));
    Reader again(*world.dashboard, "events=upload", id_of(second));
    CHECK(again.next().contains("{\"id\":\"3\"}"));
}

TEST_CASE("a record is seen within milliseconds of being published") {
    World world;
    Reader reader(*world.dashboard, "q=beat");
    std::vector<double> delays;
    for (int i = 0; i < 300; ++i) {
        const auto begun = SteadyClock::now();
        world.publish("beat\n");
        REQUIRE(reader.next().contains("beat"));
        delays.push_back(std::chrono::duration<double, std::milli>(SteadyClock::now() - begun).count());
    }
    std::ranges::sort(delays);
    const double p99 = delays[delays.size() * 99 / 100];
    INFO("published to seen, fsync and all: p50 " << delays[delays.size() / 2] << " ms, p99 " << p99 << " ms");
    CHECK(p99 < 500);  // 50 on an idle machine; this may be a busy one
}

TEST_CASE("a thousand readers at once each see every record, in flat memory") {
    constexpr std::size_t kReaders = 1'000;
    constexpr std::size_t kRecords = 100;
    World world;
    const auto begun = SteadyClock::now();
    std::vector<std::unique_ptr<Reader>> readers;
    const auto before = resident_kib();
    for (std::size_t i = 0; i < kReaders; ++i)
        readers.push_back(std::make_unique<Reader>(*world.dashboard, i % 10 == 0 ? "q=n:>=0" : "q="));
    const auto let_in = SteadyClock::now();
    for (std::size_t i = 0; i < kRecords; ++i) world.publish("{\"message\":\"m\",\"n\":" + std::to_string(i) + "}\n");
    std::size_t wrong = 0;
    for (auto& reader : readers)
        for (std::size_t i = 0; i < kRecords; ++i)
            if (!reader->next().contains("\"n\":" + std::to_string(i) + "}")) ++wrong;
    const auto grown = resident_kib() - before;
    CHECK(wrong == 0);
    CHECK(grown < 200 * 1024);  // the readers of this test among it
    const auto seconds = [](auto duration) { return std::chrono::duration<double>(duration).count(); };
    INFO("let in within " << seconds(let_in - begun) << " s, 100 records to each within " << seconds(SteadyClock::now() - let_in) << " s, "
                          << grown / 1024 << " MiB more, the test's own among them");
    CHECK(SteadyClock::now() - begun < 60s);
    const auto leaving = SteadyClock::now();
    world.dashboard->server->stop(SteadyClock::now() + 10s);
    CHECK(SteadyClock::now() - leaving < 5s);
}
