// What the bus carries: publishing with every message on disk before it is acknowledged, group commit, and fetching, against a real
// nats-server with our configuration.
#include <benchmark/benchmark.h>

#include <atomic>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "logchute/bus/consumer.hpp"
#include "logchute/bus/publisher.hpp"
#include "logchute/bus/request.hpp"
#include "logchute/bus/stream.hpp"
#include "support/nats_server.hpp"

namespace logchute::bus {
namespace {

using namespace std::chrono_literals;

/// A server, a connection, and the stream LOGS, empty.
struct Bus {
    test::NatsServer server;
    Connection connection{{.url = server.url(), .name = "bench"}};

    Bus() {
        require(connection.wait_connected(5s));
        require(ensure_stream(connection, {.name = "LOGS", .subjects = {"logs.>"}}));
    }
    static void require(const Result<void>& done) {
        if (!done) throw std::runtime_error(done.error().detail);
    }
};

constexpr std::ptrdiff_t kInFlight = 100;

std::size_t publish_many(Publisher& publisher, std::size_t messages, const std::string& payload) {
    std::counting_semaphore<> slots(kInFlight);
    std::atomic<std::size_t> failed{0};
    for (std::size_t i = 0; i < messages; ++i) {
        slots.acquire();
        publisher.publish_async("logs.bench", {}, payload, [&](const Result<PubAck>& ack) {
            if (!ack) ++failed;
            slots.release();
        });
    }
    for (std::ptrdiff_t i = 0; i < kInFlight; ++i) slots.acquire();
    return failed;
}

/// Messages of range(0) bytes, 100 in flight.
void publish(benchmark::State& state) {
    Bus bus;
    Publisher publisher(bus.connection, {});
    const std::string payload(static_cast<std::size_t>(state.range(0)), 'x');
    const auto messages = static_cast<std::size_t>(state.range(1));
    for (auto _ : state)
        if (publish_many(publisher, messages, payload) != 0) state.SkipWithError("some messages were not acknowledged");
    state.SetItemsProcessed(state.iterations() * state.range(1));
    state.SetBytesProcessed(state.iterations() * state.range(1) * state.range(0));
}
BENCHMARK(publish)
    ->Args({250, 20'000})
    ->Args({20'000, 10'000})
    ->Args({200'000, 4'000})
    ->UseRealTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

/// One message after the other.
void publish_in_turn(benchmark::State& state) {
    Bus bus;
    Publisher publisher(bus.connection, {});
    const std::string payload(250, 'x');
    for (auto _ : state)
        if (!publisher.publish("logs.bench", {}, payload)) state.SkipWithError("a message was not acknowledged");
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(publish_in_turn)->UseRealTime()->MinTime(2);

/// range(0) callers that each wait for their own record of 250 B.
void group_commit(benchmark::State& state) {
    Bus bus;
    Publisher publisher(bus.connection, {});
    GroupCommitter committer(publisher, {});
    const std::string line(250, 'x');
    const auto callers = static_cast<std::size_t>(state.range(0));
    constexpr std::size_t kEach = 200;
    std::atomic<std::size_t> failed{0};
    for (auto _ : state) {
        std::vector<std::jthread> threads;
        threads.reserve(callers);
        for (std::size_t i = 0; i < callers; ++i)
            threads.emplace_back([&] {
                for (std::size_t n = 0; n < kEach; ++n)
                    if (!committer.commit("logs.bench", {}, line)) ++failed;
            });
    }
    if (failed != 0) state.SkipWithError("some records were not acknowledged");
    state.SetItemsProcessed(state.iterations() * state.range(0) * static_cast<std::int64_t>(kEach));
}
BENCHMARK(group_commit)->Arg(1)->Arg(64)->Arg(512)->UseRealTime()->Iterations(1)->Unit(benchmark::kMillisecond);

/// Fetches and acknowledges range(1) messages of range(0) bytes.
void fetch(benchmark::State& state) {
    Bus bus;
    Publisher publisher(bus.connection, {});
    const auto messages = static_cast<std::size_t>(state.range(1));
    publish_many(publisher, messages, std::string(static_cast<std::size_t>(state.range(0)), 'x'));
    PullConsumer consumer(bus.connection, {.stream = "LOGS", .name = "bench"});
    for (auto _ : state) {
        for (std::size_t got = 0; got < messages;) {
            auto batch = consumer.fetch({});
            if (!batch || batch->empty()) return state.SkipWithError("nothing came");
            got += batch->size();
            for (Message& message : *batch) (void)message.ack();
        }
        state.PauseTiming();
        Bus::require(consumer.restart_at(1));
        state.ResumeTiming();
    }
    state.SetItemsProcessed(state.iterations() * state.range(1));
    state.SetBytesProcessed(state.iterations() * state.range(1) * state.range(0));
}
BENCHMARK(fetch)
    ->Args({250, 30'000})
    ->Args({250'000, 4'000})
    ->Args({500'000, 2'000})
    ->UseRealTime()
    ->Iterations(5)
    ->Unit(benchmark::kMillisecond);

/// A request with a reply of range(0) bytes.
void ask(benchmark::State& state) {
    Bus bus;
    const std::string answer(static_cast<std::size_t>(state.range(0)), 'x');
    Responder responder(bus.connection, "bench",
                        {{"svc.bench.ask", [&](std::string_view, ReplyWriter& reply) { return reply.write(answer); }}});
    Bus::require(request(bus.connection, "svc.bench.ask", "?", 5s, [](std::string_view) {}));
    for (auto _ : state) {
        auto reply = request(bus.connection, "svc.bench.ask", "?", 5s);
        if (!reply || reply->size() != answer.size()) state.SkipWithError("no answer");
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(ask)->Arg(100)->Arg(1'000'000)->Arg(100'000'000)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace logchute::bus
