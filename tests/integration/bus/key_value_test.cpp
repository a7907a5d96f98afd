#include "logchute/bus/key_value.hpp"

#include <atomic>
#include <thread>

#include "bus_test.hpp"

namespace logchute::bus {
namespace {

Errc code_of(const auto& result) {
    REQUIRE_FALSE(result);
    CHECK_FALSE(result.error().detail.empty());
    return result.error().code;
}

TEST_CASE("a key keeps its newest value and counts its revisions") {
    BusTest bus;
    KeyValue store(bus.connection, {.name = "state"});
    CHECK(code_of(store.get("lease")) == Errc::not_found);
    const auto first = store.put("lease", "a");
    REQUIRE(first);
    const auto second = store.put("lease", std::string("b\0c", 3));
    REQUIRE(second);
    CHECK(*second > *first);
    const auto entry = store.get("lease");
    REQUIRE(entry);
    CHECK(entry->value == std::string("b\0c", 3));
    CHECK(entry->revision == *second);
    REQUIRE(store.put("lease", ""));
    CHECK(store.get("lease")->value.empty());
}

TEST_CASE("only one of many creates a key") {
    BusTest bus;
    KeyValue store(bus.connection, {.name = "state"});
    std::atomic<int> created{0};
    std::atomic<int> conflicts{0};
    {
        std::vector<std::jthread> threads;
        threads.reserve(8);
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&] {
                const auto done = store.create("lease", "mine");
                if (done)
                    ++created;
                else if (done.error().code == Errc::conflict)
                    ++conflicts;
            });
    }
    CHECK(created == 1);
    CHECK(conflicts == 7);
}

TEST_CASE("an update needs the revision it changes") {
    BusTest bus;
    KeyValue store(bus.connection, {.name = "state"});
    const auto created = store.create("lease", "a");
    REQUIRE(created);
    const auto updated = store.update("lease", "b", *created);
    REQUIRE(updated);
    CHECK(code_of(store.update("lease", "c", *created)) == Errc::conflict);
    CHECK(store.get("lease")->value == "b");
}

TEST_CASE("a removed key is gone and can be created again") {
    BusTest bus;
    KeyValue store(bus.connection, {.name = "state"});
    REQUIRE(store.put("lease", "a"));
    REQUIRE(store.remove("lease"));
    CHECK(code_of(store.get("lease")) == Errc::not_found);
    CHECK(store.create("lease", "b"));
}

TEST_CASE("keys are listed by prefix, in order, without the removed") {
    BusTest bus;
    KeyValue store(bus.connection, {.name = "state"});
    CHECK(store.keys().value().empty());
    for (const char* key : {"upload.2", "upload.1", "lease", "upload.3"}) REQUIRE(store.put(key, "x"));
    REQUIRE(store.remove("upload.3"));
    CHECK(store.keys("upload.").value() == std::vector<std::string>{"upload.1", "upload.2"});
    CHECK(store.keys().value() == std::vector<std::string>{"lease", "upload.1", "upload.2"});
}

TEST_CASE("what is no key is refused") {
    BusTest bus;
    KeyValue store(bus.connection, {.name = "state"});
    for (const char* key : {"", ".a", "a.", "a b", "a*", ">", "gr\xc3\xbcn", "a\r\nb"}) {
        CAPTURE(key);
        CHECK(code_of(store.get(key)) == Errc::invalid);
        CHECK(code_of(store.put(key, "x")) == Errc::invalid);
        CHECK(code_of(store.create(key, "x")) == Errc::invalid);
        CHECK(code_of(store.remove(key)) == Errc::invalid);
    }
}

TEST_CASE("values expire with the bucket's time to live") {
    BusTest bus;
    KeyValue store(bus.connection, {.name = "lease", .ttl = 1s});
    REQUIRE(store.put("a", "x"));
    CHECK(store.get("a"));
    bool there = true;
    for (const Stopwatch watch; there && watch.elapsed() < kPatience;) there = store.get("a").has_value();
    CHECK_FALSE(there);
}

TEST_CASE("a bucket keeps its values over a killed server") {
    BusTest bus;
    KeyValue store(bus.connection, {.name = "state"});
    REQUIRE(store.put("a", "x"));
    bus.server.kill();
    for (const Stopwatch watch; bus.connection.is_connected() && watch.elapsed() < kPatience;) std::this_thread::yield();
    CHECK(code_of(store.get("a")) == Errc::unavailable);
    CHECK(code_of(store.put("a", "y")) == Errc::unavailable);
    bus.server.start();
    REQUIRE(bus.connection.wait_connected(kPatience));
    CHECK(store.get("a")->value == "x");
}

TEST_CASE("two owners of a bucket see the same values") {
    BusTest bus;
    KeyValue one(bus.connection, {.name = "state"});
    KeyValue two(bus.connection, {.name = "state", .max_bytes = 1U << 20});
    REQUIRE(one.put("a", "x"));
    CHECK(two.get("a")->value == "x");
}

}  // namespace
}  // namespace logchute::bus
