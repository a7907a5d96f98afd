#include "logchute/bus/request.hpp"

#include <array>
#include <atomic>
#include <future>
#include <latch>
#include <stdexcept>
#include <thread>

#include "bus_test.hpp"

namespace logchute::bus {
namespace {

std::vector<Responder::Route> route(std::string subject, RequestHandler handler) {
    std::vector<Responder::Route> routes;
    routes.push_back({std::move(subject), std::move(handler)});
    return routes;
}

Result<void> echo(std::string_view request, ReplyWriter& reply) { return reply.write(request); }

TEST_CASE("a request gets its answer") {
    BusTest bus;
    const Responder responder(bus.connection, "test", route("svc.test.echo", echo));
    for (const std::string text : {"", "hello", "\xff\x00\x01"}) {
        const auto reply = request(bus.connection, "svc.test.echo", text, kPatience);
        REQUIRE(reply);
        CHECK(*reply == text);
    }
}

TEST_CASE("a large answer arrives whole, in order, in pieces") {
    BusTest bus;
    std::string large;
    for (int i = 0; large.size() < 30'000'000; ++i) large += std::to_string(i) + "\n";
    const Responder responder(bus.connection, "test", route("svc.test.large", [&](std::string_view, ReplyWriter& reply) -> Result<void> {
                                  for (std::size_t at = 0; at < large.size(); at += 1'000'003)
                                      if (auto done = reply.write(std::string_view(large).substr(at, 1'000'003)); !done) return done;
                                  return {};
                              }));
    std::string got;
    std::size_t pieces = 0;
    const auto done = request(bus.connection, "svc.test.large", "", kPatience, [&](std::string_view bytes) {
        got += bytes;
        ++pieces;
    });
    REQUIRE(done);
    CHECK(got == large);
    CHECK(pieces == 8);  // of half of 8 MiB
}

TEST_CASE("nobody there is unavailable at once") {
    BusTest bus;
    const Stopwatch watch;
    const auto reply = request(bus.connection, "svc.test.nobody", "", kPatience);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == Errc::unavailable);
    CHECK(watch.elapsed() < 2s);
}

TEST_CASE("what a handler answers reaches the caller with its code and words") {
    BusTest bus;
    const Responder responder(bus.connection, "test", route("svc.test.fail", [](std::string_view text, ReplyWriter& reply) -> Result<void> {
                                  if (text == "throw") throw std::runtime_error("boom");
                                  if (text == "throw 7") throw 7;
                                  if (text == "late") (void)reply.write(std::string(6'000'000, 'x'));
                                  return fail(Errc::not_found, "there is no such day");
                              }));
    struct Row {
        std::string text;
        Errc code;
        std::string words;
    };
    for (const auto& row : std::vector<Row>{{"", Errc::not_found, "no such day"},
                                            {"late", Errc::not_found, "no such day"},
                                            {"throw", Errc::failed, "boom"},
                                            {"throw 7", Errc::failed, "failed"}}) {
        CAPTURE(row.text);
        const auto reply = request(bus.connection, "svc.test.fail", row.text, kPatience);
        REQUIRE_FALSE(reply);
        CHECK(reply.error().code == row.code);
        CHECK(reply.error().detail.contains(row.words));
    }
}

TEST_CASE("an answer that does not come is a timeout") {
    BusTest bus;
    std::latch release(1);
    const Responder responder(bus.connection, "test", route("svc.test.slow", [&](std::string_view, ReplyWriter&) -> Result<void> {
                                  release.wait();
                                  return {};
                              }));
    const Stopwatch watch;
    const auto reply = request(bus.connection, "svc.test.slow", "", 100ms);
    release.count_down();
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == Errc::timeout);
    CHECK(watch.elapsed() < 2s);
}

TEST_CASE("a responder with a full queue says so") {
    BusTest bus;
    std::latch begun(1);
    std::latch release(1);
    const auto wait = [&](std::string_view text, ReplyWriter&) -> Result<void> {
        if (text == "first") begun.count_down();
        release.wait();
        return {};
    };
    const Responder responder(bus.connection, "test", route("svc.test.slow", wait), {.threads = 1, .waiting_max = 1});
    const auto ask = [&](const char* text) {
        return std::async(std::launch::async, [&bus, text] { return request(bus.connection, "svc.test.slow", text, kPatience); });
    };
    auto running = ask("first");
    begun.wait();
    std::array others{ask("a"), ask("b"), ask("c"), ask("d")};
    // One of them waits; the rest are refused, and come back although nothing moves.
    std::size_t refused = 0;
    for (const Stopwatch watch; refused < 3 && watch.elapsed() < kPatience;) {
        refused = 0;
        for (auto& reply : others) refused += reply.wait_for(1ms) == std::future_status::ready ? 1U : 0U;
    }
    CHECK(refused == 3);
    release.count_down();
    CHECK(running.get());
    std::size_t full = 0;
    for (auto& it : others)
        if (const auto reply = it.get(); !reply) full += reply.error().code == Errc::full ? 1U : 0U;
    CHECK(full == 3);
}

TEST_CASE("a request that nobody waits for any more is not worked on") {
    BusTest bus;
    std::atomic<int> handled{0};
    std::latch release(1);
    const Responder responder(bus.connection, "test",
                              route("svc.test.slow",
                                    [&](std::string_view, ReplyWriter&) -> Result<void> {
                                        if (++handled == 1) release.wait();
                                        return {};
                                    }),
                              {.threads = 1});
    auto first = std::async(std::launch::async, [&] { return request(bus.connection, "svc.test.slow", "", kPatience); });
    while (handled == 0) std::this_thread::yield();
    CHECK_FALSE(request(bus.connection, "svc.test.slow", "", 50ms));
    std::this_thread::sleep_for(500ms);  // the responder counts from when it heard of the request
    release.count_down();
    CHECK(first.get());
    CHECK(request(bus.connection, "svc.test.slow", "", kPatience));  // behind the stale one
    CHECK(handled == 2);
}

TEST_CASE("replicas share the requests") {
    BusTest bus;
    std::atomic<int> one{0}, two{0};
    const auto counting = [](std::atomic<int>& count) {
        return [&count](std::string_view, ReplyWriter&) -> Result<void> {
            ++count;
            return {};
        };
    };
    const Responder first(bus.connection, "test", route("svc.test.count", counting(one)));
    const Responder second(bus.connection, "test", route("svc.test.count", counting(two)));
    for (int i = 0; i < 100; ++i) REQUIRE(request(bus.connection, "svc.test.count", "", kPatience));
    CHECK(one + two == 100);
    CHECK(one > 0);
    CHECK(two > 0);
}

TEST_CASE("a responder serves again after its server was killed and came back") {
    BusTest bus;
    const Responder responder(bus.connection, "test", route("svc.test.echo", echo));
    REQUIRE(request(bus.connection, "svc.test.echo", "x", kPatience));
    bus.server.kill();
    for (const Stopwatch watch; bus.connection.is_connected() && watch.elapsed() < kPatience;) std::this_thread::yield();
    const Stopwatch watch;
    const auto away = request(bus.connection, "svc.test.echo", "x", kPatience);
    REQUIRE_FALSE(away);
    CHECK(away.error().code == Errc::unavailable);
    CHECK(watch.elapsed() < 1s);
    bus.server.start();
    REQUIRE(bus.connection.wait_connected(kPatience));
    CHECK(request(bus.connection, "svc.test.echo", "x", kPatience));
}

TEST_CASE("a request under way comes back when the server is killed") {
    BusTest bus;
    std::latch release(1);
    std::atomic<bool> asked{false};
    const Responder responder(bus.connection, "test", route("svc.test.slow", [&](std::string_view, ReplyWriter&) -> Result<void> {
                                  asked = true;
                                  release.wait();
                                  return {};
                              }));
    auto reply = std::async(std::launch::async, [&] { return request(bus.connection, "svc.test.slow", "", kPatience); });
    while (!asked) std::this_thread::yield();
    bus.server.kill();
    const Stopwatch watch;
    const auto lost = reply.get();
    CHECK(watch.elapsed() < 1s);
    release.count_down();
    REQUIRE_FALSE(lost);
    CHECK(lost.error().code == Errc::unavailable);
}

TEST_CASE("a responder that stops finishes what it has begun") {
    BusTest bus;
    std::atomic<bool> asked{false};
    auto responder = std::make_unique<Responder>(bus.connection, "test", route("svc.test.slow", [&](std::string_view, ReplyWriter& reply) {
                                                     asked = true;
                                                     std::this_thread::sleep_for(200ms);  // stands for work
                                                     return reply.write("done");
                                                 }));
    auto reply = std::async(std::launch::async, [&] { return request(bus.connection, "svc.test.slow", "", kPatience); });
    while (!asked) std::this_thread::yield();
    responder.reset();
    const auto answer = reply.get();
    REQUIRE(answer);
    CHECK(*answer == "done");
}

TEST_CASE("a subject that is none is refused") {
    BusTest bus;
    for (const char* subject : {"", "svc.*", "svc.a b"}) {
        const auto reply = request(bus.connection, subject, "", kPatience);
        REQUIRE_FALSE(reply);
        CHECK(reply.error().code == Errc::invalid);
    }
}

}  // namespace
}  // namespace logchute::bus
