#include "logchute/bus/stream_reader.hpp"

#include <algorithm>

#include "bus_test.hpp"
#include "logchute/bus/publisher.hpp"

namespace logchute::bus {
namespace {

struct ReaderTest : BusTest {
    ReaderTest() { make_logs_stream(); }
    Publisher publisher{connection, {}};

    void publish(std::size_t messages, const std::string& payload = "x") {
        for (std::size_t i = 0; i < messages; ++i)
            publisher.publish_async("logs.x", {{"Logchute-Format", "plain"}}, payload, [](const Result<PubAck>&) {});
        REQUIRE(publisher.flush(SteadyClock::now() + kPatience));
    }
};

/// Sequences of the next messages, over whatever failures.
std::vector<std::uint64_t> read(StreamReader& reader, std::size_t messages, FetchLimits limits = {}) {
    std::vector<std::uint64_t> sequences;
    for (const Stopwatch watch; sequences.size() < messages && watch.elapsed() < kPatience;) {
        const auto batch = reader.fetch(limits);
        if (!batch) continue;
        for (const Message& message : *batch) sequences.push_back(message.sequence());
    }
    return sequences;
}

std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t last) {
    std::vector<std::uint64_t> all;
    for (auto n = first; n <= last; ++n) all.push_back(n);
    return all;
}

TEST_CASE("a reader sees the stream from where it is told, and leaves it as it was") {
    ReaderTest bus;
    bus.publish(100);
    StreamReader reader(bus.connection, {.stream = "LOGS", .from = 41});
    CHECK(read(reader, 60, {.messages = 7}) == numbers(41, 100));
    CHECK(reader.next() == 101);
    const auto nothing = reader.fetch({.wait = 50ms});
    REQUIRE(nothing);
    CHECK(nothing->empty());
    StreamReader another(bus.connection, {.stream = "LOGS"});
    CHECK(read(another, 100) == numbers(1, 100));
    CHECK(stream_info(bus.connection, "LOGS")->messages == 100);
}

TEST_CASE("a reader of what is new begins behind what is there") {
    ReaderTest bus;
    bus.publish(5);
    StreamReader reader(bus.connection, {.stream = "LOGS", .from = 0});
    CHECK(reader.fetch({.wait = 10ms})->empty());
    bus.publish(3);
    CHECK(read(reader, 3) == numbers(6, 8));
}

TEST_CASE("headers come without the payload") {
    ReaderTest bus;
    bus.publish(1, "a payload");
    StreamReader reader(bus.connection, {.stream = "LOGS", .headers_only = true});
    const auto batch = reader.fetch({});
    REQUIRE(batch);
    REQUIRE(batch->size() == 1);
    CHECK(batch->front().payload().empty());
    CHECK(batch->front().header("Logchute-Format") == "plain");
}

TEST_CASE("a reader goes on without a gap after the server was killed") {
    ReaderTest bus;
    bus.publish(50);
    StreamReader reader(bus.connection, {.stream = "LOGS"});
    CHECK(read(reader, 20, {.messages = 10}) == numbers(1, 20));
    bus.server.kill();
    bus.server.start();
    REQUIRE(bus.connection.wait_connected(kPatience));
    bus.publish(50);
    CHECK(read(reader, 80, {.messages = 10}) == numbers(21, 100));
}

// A subscription that was destroyed while its messages came in was written to by cnats's reading thread.
TEST_CASE("readers that go while messages are on their way to them leave nothing behind that is written to") {
    ReaderTest bus;
    bus.publish(5'000, std::string(2'000, 'x'));
    for (int i = 0; i < 300; ++i) {
        StreamReader reader(bus.connection, {.stream = "LOGS"});
        REQUIRE(reader.fetch({.messages = 1 + static_cast<std::size_t>(i) % 50}));
    }
}

}  // namespace
}  // namespace logchute::bus
