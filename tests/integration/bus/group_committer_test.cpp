#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>

#include "bus_test.hpp"
#include "logchute/bus/consumer.hpp"
#include "logchute/bus/publisher.hpp"

namespace logchute::bus {
namespace {

struct GroupTest : BusTest {
    GroupTest() { make_logs_stream(); }
    Publisher publisher{connection, {}};

    std::vector<std::string> stored() {
        std::vector<std::string> all;
        PullConsumer consumer(connection, {.stream = "LOGS", .name = "c"});
        while (true) {
            auto batch = consumer.fetch({.wait = 200ms});
            REQUIRE(batch);
            if (batch->empty()) return all;
            for (auto& message : *batch) all.emplace_back(message.payload());
        }
    }
};

TEST_CASE("what arrives together shares a message, and nothing of it is lost") {
    GroupTest bus;
    GroupCommitter committer(bus.publisher, {.wait = 20ms});
    constexpr std::size_t kThreads = 50;
    std::atomic<std::size_t> good{0};
    {
        std::vector<std::jthread> threads;
        threads.reserve(kThreads);
        for (std::size_t t = 0; t < kThreads; ++t)
            threads.emplace_back([&, t] {
                for (int i = 0; i < 4; ++i)
                    if (committer.commit("logs.x", {}, std::to_string(t) + "/" + std::to_string(i))) ++good;
            });
    }
    CHECK(good == kThreads * 4);
    const auto messages = bus.stored();
    CHECK(messages.size() < kThreads * 2);
    std::size_t lines = 0;
    for (const auto& text : messages) {
        CHECK(text.ends_with('\n'));
        lines += static_cast<std::size_t>(std::ranges::count(text, '\n'));
    }
    CHECK(lines == kThreads * 4);
}

TEST_CASE("other subjects and other headers make other groups") {
    GroupTest bus;
    GroupCommitter committer(bus.publisher, {.wait = 20ms});
    std::atomic<int> good{0};
    {
        std::vector<std::jthread> threads;
        threads.emplace_back([&] { good += committer.commit("logs.a", {}, "1") ? 1 : 0; });
        threads.emplace_back([&] { good += committer.commit("logs.b", {}, "2") ? 1 : 0; });
        threads.emplace_back([&] { good += committer.commit("logs.a", {{"Logchute-Format", "json"}}, "3") ? 1 : 0; });
    }
    CHECK(good == 3);
    CHECK(bus.stored().size() == 3);
}

TEST_CASE("lines that end are not ended twice") {
    GroupTest bus;
    GroupCommitter committer(bus.publisher, {});
    REQUIRE(committer.commit("logs.a", {}, "1\n2\n"));
    REQUIRE(committer.commit("logs.a", {}, "3"));
    CHECK(bus.stored() == std::vector<std::string>{"1\n2\n", "3\n"});
}

TEST_CASE("a message id goes alone") {
    GroupTest bus;
    GroupCommitter committer(bus.publisher, {.wait = 50ms});
    std::atomic<int> good{0};
    {
        std::vector<std::jthread> threads;
        threads.reserve(5);
        for (int i = 0; i < 5; ++i)
            threads.emplace_back([&] { good += committer.commit("logs.a", {{"Nats-Msg-Id", "same"}}, "x") ? 1 : 0; });
    }
    CHECK(good == 5);
    CHECK(bus.stored() == std::vector<std::string>{"x\n"});
}

TEST_CASE("a message says how many records its callers counted, all of them together") {
    GroupTest bus;
    GroupCommitter committer(bus.publisher, {.wait = 50ms});
    {
        std::vector<std::jthread> threads;
        for (std::uint64_t i = 1; i <= 4; ++i) threads.emplace_back([&, i] { (void)committer.commit("logs.a", {}, "x", i); });
        threads.emplace_back([&] { (void)committer.commit("logs.a", {}, "not counted"); });
    }
    REQUIRE(committer.commit("logs.a", {{"Nats-Msg-Id", "one"}}, "x", 7));
    PullConsumer consumer(bus.connection, {.stream = "LOGS", .name = "counts"});
    std::uint64_t sum = 0;
    const std::size_t messages = bus.stored().size();
    for (std::size_t seen = 0; seen < messages;) {
        const auto batch = consumer.fetch({.wait = 500ms});
        REQUIRE(batch);
        REQUIRE_FALSE(batch->empty());
        for (const auto& message : *batch) {
            ++seen;
            const std::string told(message.header("Logchute-Records"));
            CHECK(told.empty() == message.payload().contains("not counted"));
            if (!told.empty()) sum += std::stoull(told);
        }
    }
    CHECK(sum == 17);
    CHECK(committer.waiting() == 0);
}

TEST_CASE("a full group goes at once, and one that is larger than a group alone") {
    GroupTest bus;
    GroupCommitter committer(bus.publisher, {.wait = 1s, .bytes = 100});
    const Stopwatch watch;
    REQUIRE(committer.commit("logs.a", {}, std::string(1'000, 'x')));
    std::atomic<int> good{0};
    {
        const std::jthread first([&] { good += committer.commit("logs.a", {}, std::string(60, 'a')) ? 1 : 0; });
        const std::jthread second([&] { good += committer.commit("logs.a", {}, std::string(60, 'b')) ? 1 : 0; });
    }
    CHECK(good == 2);
    CHECK(watch.elapsed() < 1900ms);  // the second made the first go; only the second had to wait for company, in vain
    const auto stored = bus.stored();
    CHECK(stored.size() == 3);
}

TEST_CASE("what cannot be sent is refused to its sender alone") {
    GroupTest bus;
    GroupCommitter committer(bus.publisher, {.wait = 20ms});
    const auto code = [&](std::string_view subject, const Headers& headers, std::string_view lines) {
        const auto done = committer.commit(subject, headers, lines);
        REQUIRE_FALSE(done);
        return done.error().code;
    };
    CHECK(code("logs.*", {}, "x") == Errc::invalid);
    CHECK(code("logs.a", {{"A", "x\ny"}}, "x") == Errc::invalid);
    CHECK(code("logs.a", {}, std::string(9U << 20, 'x')) == Errc::too_large);
    CHECK(code("nobody.takes.this", {}, "x") == Errc::unavailable);
    CHECK(committer.commit("logs.a", {}, "x"));
}

TEST_CASE("a committer with too many callers is full") {
    GroupTest bus;
    GroupCommitter committer(bus.publisher, {.wait = 500ms, .waiting_max = 1});
    Counter full;
    {
        std::vector<std::jthread> threads;
        threads.reserve(4);
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                const auto done = committer.commit("logs.a", {}, "x");
                if (!done && done.error().code == Errc::full) full.add();
            });
    }
    CHECK(full.value() == 3);
}

TEST_CASE("every waiting caller is answered when the server is killed") {
    GroupTest bus;
    GroupCommitter committer(bus.publisher, {});
    std::atomic<std::size_t> refused{0};
    std::atomic<std::size_t> not_retryable{0};
    std::atomic<bool> killed{false};
    Stopwatch watch;
    {
        std::vector<std::jthread> threads;
        threads.reserve(50);
        for (int t = 0; t < 50; ++t)
            threads.emplace_back([&] {
                while (true) {
                    const auto done = committer.commit("logs.a", {}, "x");
                    if (!done) {
                        if (!is_retryable(done.error().code)) ++not_retryable;
                        ++refused;
                        if (killed) return;
                    }
                }
            });
        std::this_thread::sleep_for(200ms);  // let it run: what is tested is the middle of things
        bus.server.kill();
        killed = true;
        watch = {};
    }
    CHECK(refused >= 50);
    CHECK(not_retryable == 0);
    CHECK(watch.elapsed() < 2s);
}

TEST_CASE("a committer that goes away sends what waits") {
    GroupTest bus;
    auto committer = std::make_unique<GroupCommitter>(bus.publisher, GroupOptions{.wait = 10s});
    const Stopwatch watch;
    Counter entered;
    std::atomic<bool> good{false};
    std::jthread caller([&, &it = *committer] {
        entered.add();
        good = it.commit("logs.a", {}, "x").has_value();
    });
    REQUIRE(entered.reaches(1));
    std::this_thread::sleep_for(100ms);  // into commit(), which tells nobody that it waits
    committer.reset();
    caller.join();
    CHECK(good);
    CHECK(watch.elapsed() < 5s);
    CHECK(bus.stored() == std::vector<std::string>{"x\n"});
}

}  // namespace
}  // namespace logchute::bus
