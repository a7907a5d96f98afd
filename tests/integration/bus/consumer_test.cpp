#include "logchute/bus/consumer.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "bus_test.hpp"
#include "logchute/bus/publisher.hpp"

namespace logchute::bus {
namespace {

const ConsumerSpec kSpec{.stream = "LOGS", .name = "c"};

struct ConsumerTest : BusTest {
    ConsumerTest() { make_logs_stream(); }
    Publisher publisher{connection, {}};

    void publish(std::size_t messages, const std::string& payload = "x") {
        for (std::size_t i = 0; i < messages; ++i) publisher.publish_async("logs.x", {}, payload, [](const Result<PubAck>&) {});
        REQUIRE(publisher.flush(SteadyClock::now() + kPatience));
    }
};

/// Fetches until `messages` have come; acknowledges them.
std::vector<std::uint64_t> take(PullConsumer& consumer, std::size_t messages, FetchLimits limits = {}) {
    std::vector<std::uint64_t> sequences;
    for (const Stopwatch watch; sequences.size() < messages && watch.elapsed() < kPatience;) {
        auto batch = consumer.fetch(limits);
        if (!batch) continue;  // the server is away; fetch() waits for it
        for (Message& message : *batch) {
            sequences.push_back(message.sequence());
            (void)message.ack();
        }
    }
    return sequences;
}

std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t last) {
    std::vector<std::uint64_t> all;
    for (auto n = first; n <= last; ++n) all.push_back(n);
    return all;
}

bool has(const std::vector<std::uint64_t>& sequences, std::uint64_t sought) {
    return std::ranges::find(sequences, sought) != sequences.end();
}

TEST_CASE("messages come in order, once, over many requests") {
    ConsumerTest bus;
    bus.publish(1'000);
    PullConsumer consumer(bus.connection, kSpec);
    CHECK(take(consumer, 1'000, {.messages = 7}) == numbers(1, 1'000));
    const auto more = consumer.fetch({.wait = 50ms});
    REQUIRE(more);
    CHECK(more->empty());
}

TEST_CASE("a message says how it was delivered") {
    ConsumerTest bus;
    const auto before = now();
    bus.publish(3);
    PullConsumer consumer(bus.connection, kSpec);
    const auto batch = consumer.fetch({});
    REQUIRE(batch);
    REQUIRE_FALSE(batch->empty());
    const Message& first = batch->front();
    CHECK(first.sequence() == 1);
    CHECK(first.delivered() == 1);
    CHECK(first.pending() == 2);
    CHECK(first.received() >= before);
    CHECK(first.received() <= now());
    CHECK(first.header("None").empty());
    CHECK(first.headers().empty());
}

TEST_CASE("a fetch comes back with what is there, without waiting for more") {
    ConsumerTest bus;
    PullConsumer consumer(bus.connection, kSpec);
    (void)consumer.fetch({.wait = 1ms});
    bus.publish(3);
    const Stopwatch watch;
    CHECK(take(consumer, 3, {.wait = kPatience}) == numbers(1, 3));
    CHECK(watch.elapsed() < 2s);
}

TEST_CASE("a fetch waits as long as it was told, and no longer") {
    ConsumerTest bus;
    PullConsumer consumer(bus.connection, kSpec);
    for (const milliseconds wait : {0ms, 50ms, 300ms}) {
        const Stopwatch watch;
        const auto batch = consumer.fetch({.wait = wait});
        REQUIRE(batch);
        CHECK(batch->empty());
        CHECK(watch.elapsed() >= wait);
        CHECK(watch.elapsed() < wait + 1s);
    }
}

TEST_CASE("a message published while a fetch waits comes at once") {
    ConsumerTest bus;
    PullConsumer consumer(bus.connection, kSpec);
    auto fetched = std::async(std::launch::async, [&] { return consumer.fetch({.wait = kPatience}); });
    std::this_thread::sleep_for(50ms);  // into fetch(), which tells nobody that it waits
    const Stopwatch watch;
    bus.publish(1);
    const auto batch = fetched.get();
    CHECK(watch.elapsed() < 1s);
    REQUIRE(batch);
    CHECK(batch->size() == 1);
}

TEST_CASE("a batch stays within its limits") {
    ConsumerTest bus;
    bus.publish(50, std::string(10'000, 'x'));
    PullConsumer consumer(bus.connection, kSpec);
    for (std::size_t got = 0; got < 50;) {
        auto batch = consumer.fetch({.messages = 8, .bytes = 35'000});
        REQUIRE(batch);
        REQUIRE_FALSE(batch->empty());
        CHECK(batch->size() <= 4);  // soft: the one that goes over it is there
        got += batch->size();
        for (Message& message : *batch) CHECK(message.ack());
    }
}

TEST_CASE("a message larger than the limit comes all the same, and alone") {
    ConsumerTest bus;
    bus.publish(2, "small");
    bus.publish(1, std::string(3U << 20, 'x'));
    bus.publish(2, "small");
    PullConsumer consumer(bus.connection, kSpec);
    CHECK(take(consumer, 5, {.bytes = 1'000}) == numbers(1, 5));
}

TEST_CASE("what is not acknowledged comes again after its time") {
    ConsumerTest bus;
    bus.publish(2);
    PullConsumer consumer(bus.connection, {.stream = "LOGS", .name = "c", .ack_wait = 300ms});
    auto batch = consumer.fetch({.messages = 1});
    REQUIRE(batch);
    REQUIRE(batch->size() == 1);
    std::vector<std::uint64_t> again;
    for (const Stopwatch watch; !has(again, 1) && watch.elapsed() < kPatience;) {
        auto later = consumer.fetch({});
        REQUIRE(later);
        for (Message& message : *later) {
            again.push_back(message.sequence());
            if (message.sequence() == 1) CHECK(message.delivered() == 2);
            CHECK(message.ack());
        }
    }
    CHECK(has(again, 1));
}

TEST_CASE("a message that is sent back comes again after the delay") {
    ConsumerTest bus;
    bus.publish(1);
    PullConsumer consumer(bus.connection, kSpec);
    auto batch = consumer.fetch({});
    REQUIRE(batch);
    REQUIRE(batch->size() == 1);
    REQUIRE(batch->front().nak(200ms));
    const Stopwatch watch;
    CHECK(take(consumer, 1) == numbers(1, 1));
    CHECK(watch.elapsed() >= 150ms);
}

TEST_CASE("messages may be acknowledged on other threads, after the consumer has gone") {
    ConsumerTest bus;
    bus.publish(100);
    std::vector<Message> messages;
    {
        PullConsumer consumer(bus.connection, kSpec);
        while (messages.size() < 100) {
            auto batch = consumer.fetch({});
            REQUIRE(batch);
            for (Message& message : *batch) messages.push_back(std::move(message));
        }
    }
    std::atomic<int> failed{0};
    {
        std::vector<std::jthread> threads;
        threads.reserve(4);
        for (std::size_t t = 0; t < 4; ++t)
            threads.emplace_back([&, t] {
                for (std::size_t i = t; i < messages.size(); i += 4)
                    if (!messages[i].ack()) ++failed;
            });
    }
    CHECK(failed == 0);
    std::uint64_t floor = 0;
    for (const Stopwatch watch; floor < 100 && watch.elapsed() < kPatience;)
        floor = consumer_info(bus.connection, "LOGS", "c").value().ack_floor;
    CHECK(floor == 100);
}

TEST_CASE("two replicas share a consumer and get each message once") {
    ConsumerTest bus;
    bus.publish(500);
    Connection other({.url = bus.server.url()});
    REQUIRE(other.wait_connected(kPatience));
    std::vector<std::uint64_t> mine, theirs;
    {
        // Sequences of one, until nothing has come for a while.
        const auto drain = [](Connection& connection, std::vector<std::uint64_t>& out) {
            PullConsumer consumer(connection, kSpec);
            while (true) {
                auto batch = consumer.fetch({.messages = 10, .wait = 1s});
                if (!batch || batch->empty()) return;
                for (Message& message : *batch) {
                    out.push_back(message.sequence());
                    (void)message.ack();
                }
            }
        };
        const std::jthread here([&] { drain(bus.connection, mine); });
        const std::jthread there([&] { drain(other, theirs); });
    }
    std::multiset<std::uint64_t> all(mine.begin(), mine.end());
    all.insert(theirs.begin(), theirs.end());
    CHECK(all.size() == 500);
    CHECK(std::set(all.begin(), all.end()).size() == 500);
}

TEST_CASE("what a consumer had fetched ahead is there for the next one at once") {
    ConsumerTest bus;
    bus.publish(100);
    {
        PullConsumer consumer(bus.connection, kSpec);
        const auto batch = consumer.fetch({.messages = 10});
        REQUIRE(batch);
        std::this_thread::sleep_for(100ms);  // for the next ten to arrive unasked
    }
    PullConsumer next(bus.connection, kSpec);
    const Stopwatch watch;
    CHECK(take(next, 80).size() >= 80);  // ack_wait is a minute: the rest is what the first one had in hand
    CHECK(watch.elapsed() < 5s);
}

TEST_CASE("a restarted consumer delivers from its sequence on, and nothing of before") {
    ConsumerTest bus;
    bus.publish(100);
    PullConsumer consumer(bus.connection, kSpec);
    (void)take(consumer, 10, {.messages = 10});
    REQUIRE(consumer.restart_at(5));
    CHECK(take(consumer, 96) == numbers(5, 100));
    REQUIRE(consumer.restart_at(100));
    CHECK(take(consumer, 1) == numbers(100, 100));
    REQUIRE(consumer.restart_at(0));
    CHECK(take(consumer, 100) == numbers(1, 100));
}

TEST_CASE("a consumer that somebody deleted is made anew") {
    ConsumerTest bus;
    bus.publish(3);
    PullConsumer consumer(bus.connection, kSpec);
    CHECK(take(consumer, 3) == numbers(1, 3));
    REQUIRE(restart_consumer(bus.connection, kSpec, 2));  // deletes it under our hands
    CHECK(take(consumer, 2, {.wait = 500ms}) == numbers(2, 3));
}

TEST_CASE("a consumer of a stream that is not there fails until it is") {
    BusTest bus;
    PullConsumer consumer(bus.connection, kSpec);
    const auto none = consumer.fetch({.wait = 100ms});
    REQUIRE_FALSE(none);
    CHECK_FALSE(consumer.info());
    bus.make_logs_stream();
    const auto empty = consumer.fetch({.wait = 100ms});
    REQUIRE(empty);
    CHECK(empty->empty());
    CHECK(consumer.info());
}

TEST_CASE("a consumer goes on after its server was killed and came back") {
    ConsumerTest bus;
    bus.publish(50);
    PullConsumer consumer(bus.connection, kSpec);
    CHECK(take(consumer, 50) == numbers(1, 50));
    bus.server.kill();
    const Stopwatch watch;
    const auto away = consumer.fetch({.wait = 100ms});
    REQUIRE_FALSE(away);
    CHECK(away.error().code == Errc::unavailable);
    CHECK(watch.elapsed() < 1s);
    bus.server.start();
    REQUIRE(bus.connection.wait_connected(kPatience));
    bus.publish(50);
    bool arrived = false;  // behind some of the first 50, perhaps: acknowledgements may have been lost with the server
    for (const Stopwatch waiting; !arrived && waiting.elapsed() < kPatience;) arrived = has(take(consumer, 1), 100);
    CHECK(arrived);
}

TEST_CASE("a fetch comes back when the connection is closed") {
    const ConsumerTest bus;
    Connection own({.url = bus.server.url()});
    REQUIRE(own.wait_connected(kPatience));
    PullConsumer consumer(own, kSpec);
    auto fetched = std::async(std::launch::async, [&] { return consumer.fetch({.wait = kPatience}); });
    std::this_thread::sleep_for(50ms);
    const Stopwatch watch;
    own.close(SteadyClock::now() + 1s);
    CHECK_FALSE(fetched.get());
    CHECK(watch.elapsed() < 3s);
    const auto closed = consumer.fetch({});
    REQUIRE_FALSE(closed);
    CHECK(closed.error().code == Errc::closed);
}

}  // namespace
}  // namespace logchute::bus
