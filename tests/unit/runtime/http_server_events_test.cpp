// Server-sent events over real sockets.
#include <sys/resource.h>

#include <catch2/catch_test_macros.hpp>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "logchute/runtime/event_queue.hpp"
#include "logchute/runtime/http_server.hpp"
#include "raw_client.hpp"

using namespace logchute;
using namespace logchute::http;
using namespace std::chrono_literals;

namespace {

/// GET /events: a new queue each time.
class EventServer {
public:
    explicit EventServer(EventQueueOptions options = {}, ServerOptions server = {.workers = 2}) : options_(std::move(options)) {
        options_.budget = std::make_shared<EventBudget>(64U << 20);
        Router router;
        router.get("/events", [this](Request&) {
            auto queue = std::make_shared<EventQueue>(options_);
            const std::lock_guard lock(mutex_);
            queues_.push_back(queue);
            return Response::events(EventQueue::stream(std::move(queue)));
        });
        router.get("/hello", [](Request&) { return Response::text("hello"); });
        server_ = std::make_unique<Server>(std::move(router), std::move(server), metrics_);
    }
    [[nodiscard]] std::uint16_t port() const { return server_->port(); }
    void stop() { server_->stop(std::chrono::steady_clock::now() + 5s); }

    std::shared_ptr<EventQueue> queue(std::size_t index) {
        for (int i = 0; i < 5'000; ++i) {
            {
                const std::lock_guard lock(mutex_);
                if (queues_.size() > index) return queues_[index];
            }
            std::this_thread::sleep_for(1ms);
        }
        throw std::runtime_error("nobody came");
    }
    void push(std::size_t index, const std::string& id, const std::string& data = "x") {
        queue(index)->push({id, options_.budget->text("log", data)});
    }

private:
    EventQueueOptions options_;
    std::mutex mutex_;
    std::vector<std::shared_ptr<EventQueue>> queues_;
    runtime::Metrics metrics_;
    std::unique_ptr<Server> server_;  // last: its handlers use all of the above
};

constexpr std::string_view kAsk = "GET /events HTTP/1.1\r\nHost: t\r\n\r\n";

bool closes(const EventQueue& queue, std::chrono::milliseconds patience = 5s) {
    for (const auto until = std::chrono::steady_clock::now() + patience; std::chrono::steady_clock::now() < until;) {
        if (queue.is_closed()) return true;
        std::this_thread::sleep_for(1ms);
    }
    return false;
}

}  // namespace

TEST_CASE("events go out as they come, in a response that does not end") {
    EventServer server;
    test::RawClient client(server.port());
    REQUIRE(client.send(kAsk));
    const auto head = client.read_until("retry: 2000\n\n\r\n");
    CHECK(head.contains("Content-Type: text/event-stream"));
    CHECK(head.contains("Cache-Control: no-cache"));
    CHECK(head.contains("X-Accel-Buffering: no"));
    CHECK(head.contains("Transfer-Encoding: chunked"));
    for (const char* id : {"1", "2", "3"}) {
        server.push(0, id);
        CHECK(client.read_until("data: x\n\n\r\n").contains(std::string("id: ") + id + "\n"));
    }
    server.queue(0)->end();
    CHECK(client.read_until("0\r\n\r\n").ends_with("0\r\n\r\n"));
    CHECK(client.ends());
}

TEST_CASE("HTTP/1.0 gets events without chunks") {
    EventServer server;
    test::RawClient client(server.port());
    REQUIRE(client.send("GET /events HTTP/1.0\r\n\r\n"));
    server.push(0, "1");
    CHECK(client.read_until("data: x\n\n").contains("\r\n\r\nretry: 2000\n\nid: 1\nevent: log\n"));
}

TEST_CASE("HEAD gets the headers alone, and its queue closes") {
    EventServer server;
    test::RawClient client(server.port());
    CHECK(client.ask("HEAD /events HTTP/1.1\r\nHost: t\r\n\r\n", true).header("content-type").starts_with("text/event-stream"));
    CHECK(closes(*server.queue(0)));
}

TEST_CASE("a comment goes out where nothing else does") {
    EventServer server({.heartbeat = 50ms});
    test::RawClient client(server.port());
    REQUIRE(client.send(kAsk));
    for (int i = 0; i < 3; ++i) CHECK(client.read_until(":\n\n").ends_with(":\n\n"));
}

TEST_CASE("a client that leaves closes its queue at once, whatever way it leaves") {
    EventServer server;
    for (const bool resets : {false, true}) {
        test::RawClient client(server.port());
        REQUIRE(client.send(kAsk));
        (void)client.read_until("retry: 2000\n\n\r\n");
        if (resets) client.reset_on_close();
        client.close();
        CHECK(closes(*server.queue(resets ? 1 : 0)));
    }
}

TEST_CASE("what a client sends meanwhile changes nothing") {
    EventServer server;
    test::RawClient client(server.port());
    REQUIRE(client.send(std::string(kAsk) + "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n" + std::string(300'000, 'z')));
    server.push(0, "1");
    CHECK(client.read_until("data: x\n\n").contains("id: 1"));
}

TEST_CASE("a client that has stopped reading loses the oldest, is told, and is cut off in the end") {
    EventServer server({.events_max = 10}, {.workers = 2, .event_timeout = 300ms});
    test::RawClient client(server.port());
    REQUIRE(client.send(kAsk));
    const std::string large(1U << 20, 'x');
    for (int i = 0; i < 60; ++i) server.push(0, std::to_string(i), large);
    CHECK(closes(*server.queue(0)));
    // Another is served all the while.
    test::RawClient other(server.port());
    CHECK(other.ask("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n").body == "hello");
}

TEST_CASE("many clients hold no worker, and stopping the server ends them all soon") {
    EventServer server;
    std::vector<std::unique_ptr<test::RawClient>> clients;
    for (int i = 0; i < 100; ++i) {
        REQUIRE(clients.emplace_back(std::make_unique<test::RawClient>(server.port()))->send(kAsk));
        (void)clients.back()->read_until("retry: 2000\n\n\r\n");
    }
    // One of them does not read, and has more waiting than the kernel takes.
    for (int i = 0; i < 50; ++i) server.push(0, std::to_string(i), std::string(1U << 20, 'x'));
    test::RawClient other(server.port());
    CHECK(other.ask("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n").body == "hello");

    const auto begun = std::chrono::steady_clock::now();
    std::jthread stopper([&] { server.stop(); });
    for (std::size_t i = 1; i < clients.size(); ++i) CHECK(clients[i]->read_until("0\r\n\r\n").ends_with("0\r\n\r\n"));
    clients.clear();
    stopper.join();
    CHECK(std::chrono::steady_clock::now() - begun < 3s);
}

TEST_CASE("a server has descriptors for all its connections where the system allows it") {
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit few = before;
    few.rlim_cur = 256;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
    {
        EventServer server({}, {.workers = 1, .connections_max = 1000});
        rlimit after{};
        REQUIRE(getrlimit(RLIMIT_NOFILE, &after) == 0);
        CHECK(after.rlim_cur >= std::min<rlim_t>(before.rlim_max, 1000));
    }
    CHECK(setrlimit(RLIMIT_NOFILE, &before) == 0);
}
