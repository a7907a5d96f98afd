// The books, with the real server.
#include "ledger.hpp"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "ingestion_world.hpp"

using namespace logchute;
using namespace logchute::ingestion;
using namespace logchute::ingestion::testing;

namespace {

struct Books : World {
    runtime::Metrics metrics;

    nlohmann::json read(nanoseconds window = 1h) {
        Ledger ledger(store, connection, metrics);
        const auto answer = ledger.read(window, now());
        REQUIRE(answer);
        return nlohmann::json::parse(*answer);
    }
    nlohmann::json line(const std::string& source, nanoseconds window = 1h) {
        const auto books = read(window);
        for (const auto& line : books["sources"])
            if (line["source"] == source) return line;
        return {};
    }
};

bus::Headers counted(int records) { return {{std::string(bus::kRecordsHeader), std::to_string(records)}}; }

}  // namespace

TEST_CASE("what is in the stream and not in the store is in flight, and then stored or a dead letter") {
    Books world;
    world.publish("{\"a\":1}\nno JSON\n", {{std::string(bus::kFormatHeader), "json"}, {std::string(bus::kRecordsHeader), "2"}});
    const auto last = world.publish("three\n", counted(1));
    auto line = world.line("test");
    CHECK(line["received"] == 3);
    CHECK(line["in_flight"] == 3);
    CHECK(line["balanced"] == true);

    world.run_until(last);
    for (const nanoseconds window : {nanoseconds(1h), nanoseconds(24h)}) {
        line = world.line("test", window);
        CHECK(line["received"] == 3);
        CHECK(line["stored"] == 2);
        CHECK(line["dead_lettered"] == 1);
        CHECK(line["in_flight"] == 0);
        CHECK(line["dropped"].empty());
        CHECK(line["balanced"] == true);
    }
    CHECK(world.read()["balanced"] == true);
}

TEST_CASE("a record that is missed between publisher and store does not add up") {
    Books world;
    world.run_until(world.publish("one\ntwo\n", counted(3)));
    CHECK(world.read()["balanced"] == false);
    CHECK(world.line("test")["balanced"] == false);
    CHECK(world.line("test")["received"] == 3);
}

TEST_CASE("messages that left the stream before they were stored are told, not hidden") {
    Books world;
    world.publish("one\n");
    const auto last = world.publish("two\n");
    REQUIRE(bus::delete_message(world.connection, bus::kLogsStream, 1) == true);
    world.run_until(last);
    const auto lost = world.line(std::string(Ledger::kLostSource));
    CHECK(lost["received"] == 1);
    CHECK(lost["dropped"]["stream_limit"] == 1);
    CHECK(lost["balanced"] == true);
    CHECK(world.line("test")["stored"] == 1);
}

TEST_CASE("sources without end share a line") {
    Books world;
    Ledger ledger(world.store, world.connection, world.metrics);
    store::Tallies tallies;
    for (std::size_t i = 0; i < 2 * Ledger::kSourcesMax; ++i) {
        const std::string source = "s" + std::to_string(i);
        ledger.book(tallies, {.sequence = 1, .received = now(), .source = source, .upload = {}, .records = {}}, 1, 0);
    }
    CHECK(tallies["source/" + std::string(Ledger::kOtherSources)].stored == Ledger::kSourcesMax);
}
