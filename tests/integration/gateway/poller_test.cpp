// Polling a server of the test's own, into the real bus.
#include "poller.hpp"

#include <atomic>
#include <latch>

#include "log_world.hpp"
#include "logchute/runtime/http_server.hpp"

using namespace logchute;
using namespace logchute::gateway;

namespace {

/// Answers /items with what it is told to, and says how often it was asked.
class Feed {
public:
    using Answer = std::function<http::Response(const http::Request&)>;
    explicit Feed(Answer answer) : answer_(std::move(answer)), server_(routes(), {}, metrics_) {}
    ~Feed() { release(); }

    [[nodiscard]] std::string url(std::string_view path = "/items") const {
        return "http://127.0.0.1:" + std::to_string(server_.port()) + std::string(path);
    }
    bool is_asked(int times) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, 20s, [&] { return asked_ >= times; });
    }
    [[nodiscard]] int asked() {
        const std::lock_guard lock(mutex_);
        return asked_;
    }
    /// For answers that wait.
    void release() {
        const std::lock_guard lock(mutex_);
        is_released_ = true;
        changed_.notify_all();
    }
    void wait_for_release() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return is_released_; });
    }

private:
    http::Router routes() {
        http::Router router;
        router.get("/items", [this](http::Request& request) {
            {
                const std::lock_guard lock(mutex_);
                ++asked_;
                changed_.notify_all();
            }
            return answer_(request);
        });
        router.get("/away", [this](http::Request&) { return http::Response{302, {{"Location", url()}}, ""}; });
        router.get("/file", [](http::Request&) { return http::Response{302, {{"Location", "file:///etc/hostname"}}, ""}; });
        router.get("/round", [this](http::Request&) { return http::Response{302, {{"Location", url("/round")}}, ""}; });
        return router;
    }

    const Answer answer_;
    std::mutex mutex_;
    std::condition_variable changed_;
    int asked_ = 0;
    bool is_released_ = false;
    runtime::Metrics metrics_;
    http::Server server_;  // last: its handlers use all of the above
};

runtime::PollSource source_at(const std::string& url) {
    return {.name = "feed", .url = url, .interval = 50ms, .timeout = 5s, .time = "/at"};
}

template <class Condition>
bool eventually(Condition&& condition) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(10ms);  // counters tell nobody
    }
    return true;
}

double errors(runtime::Metrics& metrics, const std::string& reason) {
    return metrics.counter("gateway_poll_errors_total", "Polls that brought nothing, by reason.", {{"reason", reason}}).value();
}

const std::string kTwo = R"([{"id":1,"at":"2026-01-01T00:00:00Z","text":"one"},{"id":2,"text":"two"}])";
const std::string kThree = R"([{"id":2,"text":"two, edited"},{"id":3,"text":"three"}])";

}  // namespace

TEST_CASE("items are stored once, across polls and across restarts") {
    LogWorld world;
    std::atomic<bool> has_three{false};
    Feed feed([&](const http::Request&) { return http::Response::json(has_three ? kThree : kTwo); });
    {
        Poller poller({source_at(feed.url())}, world.state, world.intake, world.admission, world.metrics);
        REQUIRE(feed.is_asked(3));
        has_three = true;
        REQUIRE(eventually([&] { return world.messages() == 3; }));
    }
    const int asked = feed.asked();
    {
        Poller again({source_at(feed.url())}, world.state, world.intake, world.admission, world.metrics);
        REQUIRE(feed.is_asked(asked + 2));
    }
    const auto messages = stored(world);
    REQUIRE(messages.size() == 3);
    CHECK(messages[0].subject == "logs.feed");
    CHECK(messages[0].payload == "{\"timestamp\":\"2026-01-01T00:00:00Z\",\"id\":1,\"at\":\"2026-01-01T00:00:00Z\",\"text\":\"one\"}\n");
    CHECK(bus::find_header(messages[0].headers, bus::kServiceHeader) == "feed");
    CHECK(bus::find_header(messages[0].headers, bus::kRecordsHeader) == "1");
}

TEST_CASE("an answer that has not changed is not asked for again") {
    LogWorld world;
    std::atomic<int> unchanged{0};
    std::atomic<bool> knows_date{false};
    Feed feed([&](const http::Request& request) {
        if (request.header("If-None-Match") == "\"v1\"") {
            ++unchanged;
            knows_date = request.header("If-Modified-Since") == "Sat, 21 Nov 2026 10:00:00 GMT";
            return http::Response{304, {}, ""};
        }
        return http::Response::json(kTwo).with("ETag", "\"v1\"").with("Last-Modified", "Sat, 21 Nov 2026 10:00:00 GMT");
    });
    Poller poller({source_at(feed.url())}, world.state, world.intake, world.admission, world.metrics);
    REQUIRE(eventually([&] { return unchanged >= 2; }));
    CHECK(knows_date);
    CHECK(world.messages() == 2);
}

TEST_CASE("each way to bring nothing is counted with its reason, and tried again") {
    const struct {
        const char* what;
        Feed::Answer answer;
        const char* reason;
    } cases[] = {
        {"HTML", [](const http::Request&) { return http::Response{200, {{"Content-Type", "text/html"}}, "<html>hello</html>"}; },
         "invalid"},
        {"no JSON", [](const http::Request&) { return http::Response::text("hello"); }, "invalid"},
        {"500", [](const http::Request&) { return http::Response::problem({.status = 500, .detail = "no"}); }, "status"},
        {"too large", [](const http::Request&) { return http::Response::text(std::string(9U << 20, ' ')); }, "too_large"},
    };
    for (const auto& it : cases) {
        INFO(it.what);
        LogWorld world;
        Feed feed(it.answer);
        Poller poller({source_at(feed.url())}, world.state, world.intake, world.admission, world.metrics);
        CHECK(eventually([&] { return errors(world.metrics, it.reason) >= 2; }));
        CHECK(world.messages() == 0);
    }
}

TEST_CASE("429 is left alone for as long as it says, also over a restart") {
    LogWorld world;
    Feed feed([](const http::Request&) { return http::Response::problem({.status = 429, .detail = "no", .retry_after = 3'600}); });
    for (int i = 0; i < 2; ++i) {
        Poller poller({source_at(feed.url())}, world.state, world.intake, world.admission, world.metrics);
        REQUIRE(eventually([&] { return errors(world.metrics, "rate_limited") == 1; }));
        std::this_thread::sleep_for(300ms);  // six intervals, in which nothing may happen
    }
    CHECK(feed.asked() == 1);
}

TEST_CASE("a server that never answers, or is not there, holds up no other") {
    LogWorld world;
    Feed never([&](const http::Request&) {
        never.wait_for_release();
        return http::Response::json("[]");
    });
    Feed good([&](const http::Request&) { return http::Response::json(kTwo); });
    auto slow = source_at(never.url());
    slow.timeout = 1s;
    auto gone = source_at("http://127.0.0.1:" + std::to_string(test::free_port()) + "/");
    auto fine = source_at(good.url());
    slow.name = "slow";
    gone.name = "gone";
    Poller poller({slow, gone, fine}, world.state, world.intake, world.admission, world.metrics);
    REQUIRE(good.is_asked(5));
    CHECK(errors(world.metrics, "timeout") == 0);
    CHECK(eventually([&] { return errors(world.metrics, "timeout") >= 1 && errors(world.metrics, "connection") >= 1; }));
    CHECK(world.messages() == 2);
}

TEST_CASE("a poller that is stopped does not wait for the servers it has asked") {
    LogWorld world;
    Feed never([&](const http::Request&) {
        never.wait_for_release();
        return http::Response::json("[]");
    });
    const auto begun = std::chrono::steady_clock::now();
    {
        Poller poller({source_at(never.url())}, world.state, world.intake, world.admission, world.metrics);
        REQUIRE(never.is_asked(1));
    }
    CHECK(std::chrono::steady_clock::now() - begun < 4s);
}

TEST_CASE("redirects are followed a few times, and to http alone") {
    LogWorld world;
    Feed feed([&](const http::Request&) { return http::Response::json(kTwo); });
    auto away = source_at(feed.url("/away"));
    auto file = source_at(feed.url("/file"));
    auto round = source_at(feed.url("/round"));
    file.name = "file";
    round.name = "round";
    Poller poller({away, file, round}, world.state, world.intake, world.admission, world.metrics);
    REQUIRE(feed.is_asked(2));
    CHECK(eventually([&] { return errors(world.metrics, "connection") >= 2; }));
    CHECK(world.messages() == 2);
}
