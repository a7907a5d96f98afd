#include "logchute/bus/stream.hpp"

#include "bus_test.hpp"
#include "logchute/bus/publisher.hpp"

namespace logchute::bus {
namespace {

TEST_CASE("a stream is created once, and left as it is afterwards") {
    BusTest bus;
    REQUIRE(ensure_stream(bus.connection, {.name = "LOGS", .subjects = {"logs.>"}, .max_age = 24h, .max_bytes = 1U << 30}));
    const auto made = stream_info(bus.connection, "LOGS");
    REQUIRE(made);
    CHECK(made->max_bytes == 1U << 30);
    CHECK(made->max_age == 24h);
    CHECK(made->messages == 0);

    REQUIRE(ensure_stream(bus.connection, {.name = "LOGS", .subjects = {"logs.>"}, .max_age = 1h, .max_bytes = 7}));
    const auto kept = stream_info(bus.connection, "LOGS");
    REQUIRE(kept);
    CHECK(kept->max_bytes == 1U << 30);
    CHECK(kept->max_age == 24h);
}

TEST_CASE("a stream that keeps its messages shorter than it remembers their ids can be made") {
    BusTest bus;
    CHECK(ensure_stream(bus.connection, {.name = "SHORT", .subjects = {"short.>"}, .max_age = 1min, .duplicate_window = 15min}));
}

TEST_CASE("a stream without limits has none") {
    BusTest bus;
    bus.make_logs_stream();
    const auto info = stream_info(bus.connection, "LOGS");
    REQUIRE(info);
    CHECK(info->max_bytes == 0);
    CHECK(info->max_age == 0ns);
}

TEST_CASE("what a stream holds can be asked") {
    BusTest bus;
    bus.make_logs_stream();
    Publisher publisher(bus.connection, {});
    for (int i = 0; i < 3; ++i) REQUIRE(publisher.publish("logs.x", {}, "hello"));
    const auto info = stream_info(bus.connection, "LOGS");
    REQUIRE(info);
    CHECK(info->messages == 3);
    CHECK(info->first_sequence == 1);
    CHECK(info->last_sequence == 3);
    CHECK(info->bytes > 15);
}

TEST_CASE("what is not there is not found") {
    BusTest bus;
    const auto stream = stream_info(bus.connection, "NONE");
    REQUIRE_FALSE(stream);
    CHECK(stream.error().code == Errc::not_found);
    CHECK(stream.error().detail.contains("NONE"));

    const auto orphan = ensure_consumer(bus.connection, {.stream = "NONE", .name = "c"});
    REQUIRE_FALSE(orphan);
    CHECK(orphan.error().code == Errc::not_found);

    bus.make_logs_stream();
    const auto consumer = consumer_info(bus.connection, "LOGS", "none");
    REQUIRE_FALSE(consumer);
    CHECK(consumer.error().code == Errc::not_found);
}

TEST_CASE("a stream that cannot be is refused in the server's words") {
    BusTest bus;
    bus.make_logs_stream();
    const auto overlapping = ensure_stream(bus.connection, {.name = "OTHER", .subjects = {"logs.web"}});
    REQUIRE_FALSE(overlapping);
    CHECK(overlapping.error().detail.contains("overlap"));
}

TEST_CASE("a consumer is created once, and left as it is afterwards") {
    BusTest bus;
    bus.make_logs_stream();
    REQUIRE(ensure_consumer(bus.connection, {.stream = "LOGS", .name = "c", .max_ack_pending = 5}));
    REQUIRE(ensure_consumer(bus.connection, {.stream = "LOGS", .name = "c", .max_ack_pending = 9}));
    const auto info = consumer_info(bus.connection, "LOGS", "c");
    REQUIRE(info);
    CHECK(info->pending == 0);
}

TEST_CASE("a restarted consumer has everything from its sequence on before it") {
    BusTest bus;
    bus.make_logs_stream();
    Publisher publisher(bus.connection, {});
    for (int i = 0; i < 5; ++i) REQUIRE(publisher.publish("logs.x", {}, "hello"));
    const ConsumerSpec spec{.stream = "LOGS", .name = "c"};
    for (const auto& [sequence, pending] : {std::pair{4U, 2U}, {0U, 5U}, {1U, 5U}, {6U, 0U}}) {
        CAPTURE(sequence);
        REQUIRE(restart_consumer(bus.connection, spec, sequence));
        const auto info = consumer_info(bus.connection, "LOGS", "c");
        REQUIRE(info);
        CHECK(info->pending == pending);
    }
}

TEST_CASE("without a server everything is unavailable at once") {
    Connection connection({.url = "nats://127.0.0.1:" + std::to_string(test::free_port())});
    const Stopwatch watch;
    const ConsumerSpec consumer{.stream = "LOGS", .name = "c"};
    for (const auto& code : {ensure_stream(connection, {.name = "LOGS"}).error().code, stream_info(connection, "LOGS").error().code,
                             ensure_consumer(connection, consumer).error().code, restart_consumer(connection, consumer, 1).error().code,
                             consumer_info(connection, "LOGS", "c").error().code})
        CHECK(code == Errc::unavailable);
    CHECK(watch.elapsed() < 1s);
}

}  // namespace
}  // namespace logchute::bus
