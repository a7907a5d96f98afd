#include "logchute/bus/publisher.hpp"

#include <thread>

#include "bus_test.hpp"
#include "logchute/bus/consumer.hpp"

namespace logchute::bus {
namespace {

TEST_CASE("an acknowledged message is in the stream, with its headers") {
    BusTest bus;
    bus.make_logs_stream();
    Publisher publisher(bus.connection, {});
    for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
        const auto ack = publisher.publish("logs.web", {{"Logchute-Format", "json"}}, "{}");
        REQUIRE(ack);
        CHECK(ack->sequence == sequence);
        CHECK_FALSE(ack->duplicate);
    }
    PullConsumer consumer(bus.connection, {.stream = "LOGS", .name = "c"});
    const auto batch = consumer.fetch({.messages = 3});
    REQUIRE(batch);
    REQUIRE_FALSE(batch->empty());
    CHECK(batch->front().header("Logchute-Format") == "json");
    CHECK(batch->front().payload() == "{}");
    CHECK(batch->front().subject() == "logs.web");
}

TEST_CASE("a message sent twice under one id is stored once") {
    BusTest bus;
    bus.make_logs_stream();
    Publisher publisher(bus.connection, {});
    const auto first = publisher.publish("logs.web", {{"Nats-Msg-Id", "a"}}, "x");
    const auto again = publisher.publish("logs.web", {{"Nats-Msg-Id", "a"}}, "x");
    REQUIRE(first);
    REQUIRE(again);
    CHECK(again->duplicate);
    CHECK(again->sequence == first->sequence);
}

TEST_CASE("a subject without a stream is unavailable at once") {
    BusTest bus;
    Publisher publisher(bus.connection, {});
    const Stopwatch watch;
    const auto ack = publisher.publish("logs.web", {}, "x");
    REQUIRE_FALSE(ack);
    CHECK(ack.error().code == Errc::unavailable);
    CHECK(watch.elapsed() < 2s);
    bus.make_logs_stream();
    CHECK(publisher.publish("logs.web", {}, "x"));
}

TEST_CASE("what cannot be sent is refused, and costs nobody the connection") {
    BusTest bus;
    bus.make_logs_stream();
    Publisher publisher(bus.connection, {});
    const std::size_t most = bus.connection.max_payload();
    struct Row {
        std::string subject;
        Headers headers;
        std::string payload;
        Errc code;
    };
    const std::vector<Row> table{
        {"", {}, "x", Errc::invalid},
        {"logs.*", {}, "x", Errc::invalid},
        {"logs.a b", {}, "x", Errc::invalid},
        {"logs.a\r\nPUB b 0\r\n", {}, "x", Errc::invalid},
        {"logs.a", {{"A", "b\r\nC: d"}}, "x", Errc::invalid},
        {"logs.a", {}, std::string(most + 1, 'x'), Errc::too_large},
        {"logs.a", {{"A", "b"}}, std::string(most, 'x'), Errc::too_large},  // the server would end the connection over this one
    };
    for (const auto& row : table) {
        const auto ack = publisher.publish(row.subject, row.headers, row.payload);
        REQUIRE_FALSE(ack);
        CHECK(ack.error().code == row.code);
    }
    CHECK(publisher.publish("logs.a", {}, std::string(most, 'x')));
    CHECK(publisher.pending_messages() == 0);
    CHECK(publisher.pending_bytes() == 0);
}

TEST_CASE("many threads may publish through one publisher") {
    BusTest bus;
    bus.make_logs_stream();
    Publisher publisher(bus.connection, {.pending_messages_max = 16});
    constexpr std::size_t kThreads = 8;
    constexpr std::size_t kEach = 100;
    Counter good;
    {
        std::vector<std::jthread> threads;
        threads.reserve(kThreads);
        for (std::size_t t = 0; t < kThreads; ++t)
            threads.emplace_back([&] {
                for (std::size_t i = 0; i < kEach; ++i)
                    publisher.publish_async("logs.x", {}, "x", [&](const Result<PubAck>& ack) {
                        if (ack) good.add();
                    });
            });
    }
    REQUIRE(publisher.flush(SteadyClock::now() + kPatience));
    CHECK(good.reaches(kThreads * kEach));
    CHECK(publisher.pending_bytes() == 0);
    const auto info = stream_info(bus.connection, "LOGS");
    REQUIRE(info);
    CHECK(info->messages == kThreads * kEach);
}

TEST_CASE("a publisher without room waits for it, and gives up when none comes") {
    BusTest bus;
    bus.make_logs_stream();
    Publisher publisher(bus.connection, {.ack_timeout = 300ms, .pending_messages_max = 1});
    bus.server.pause();
    Counter answered;
    publisher.publish_async("logs.x", {}, "x", [&](const Result<PubAck>& ack) {
        if (!ack && ack.error().code == Errc::timeout) answered.add();
    });
    CHECK(publisher.pending_messages() == 1);
    CHECK_FALSE(publisher.flush(SteadyClock::now() + 10ms));
    publisher.publish_async("logs.x", {}, "y",
                            [&](const Result<PubAck>&) { answered.add(); });  // waits for the first one's timeout, at most
    CHECK(answered.reaches(2));
    bus.server.resume();
}

TEST_CASE("a publisher that goes away answers what is outstanding") {
    BusTest bus;
    bus.make_logs_stream();
    bus.server.pause();
    Counter answered;
    {
        Publisher publisher(bus.connection, {});
        for (int i = 0; i < 10; ++i)
            publisher.publish_async("logs.x", {}, "x", [&](const Result<PubAck>& ack) {
                if (!ack && ack.error().code == Errc::closed) answered.add();
            });
    }
    CHECK(answered.value() == 10);
    bus.server.resume();
}

TEST_CASE("publishers come and go while the connection stays") {
    BusTest bus;
    bus.make_logs_stream();
    for (int i = 0; i < 20; ++i) {
        Publisher publisher(bus.connection, {});
        CHECK(publisher.publish("logs.x", {}, "x"));
    }
}

}  // namespace
}  // namespace logchute::bus
