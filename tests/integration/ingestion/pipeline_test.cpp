// The pipeline against the real server, with a store in memory that can be told to fail.
#include "pipeline.hpp"

#include <filesystem>

#include "ingestion_world.hpp"
#include "logchute/bus/dead_letter.hpp"

using namespace logchute;
using namespace logchute::ingestion::testing;

TEST_CASE("every record is stored once, over restarts") {
    World world;
    world.publish("one\ntwo\n");
    world.run_until(world.publish("three\n"));
    CHECK(world.store.rows() == 3);
    world.run_until(world.publish("four\n\nfive"));
    CHECK(world.store.rows() == 5);
    CHECK(world.store.doubled() == 0);
    CHECK(world.store.tally("source/test") == store::Tally{.stored = 5, .received = 5});
}

TEST_CASE("a store that fails is tried again, shows in health, and loses nothing") {
    World world;
    world.store.fail_next(3);
    runtime::Metrics metrics;
    ingestion::Ledger ledger(world.store, world.connection, metrics);
    ingestion::Pipeline pipeline(world.connection, world.store, ledger, world.publisher, world.settings, metrics);
    const auto last = world.publish("one\ntwo\n");
    REQUIRE(world.store.wait_refused(2));  // the second attempt begins after the first has been told
    CHECK_FALSE(pipeline.store_check().ok);
    CHECK(pipeline.store_check().detail.contains("no space left"));
    REQUIRE(world.store.wait_reached(last));
    pipeline.stop(std::chrono::steady_clock::now() + kPatience);
    CHECK(pipeline.store_check().ok);
    CHECK(world.store.rows() == 2);
    CHECK(world.store.doubled() == 0);
}

TEST_CASE("a stop with a batch that the store does not take commits nothing behind it, so that it comes again") {
    World world;
    world.settings.ingestion.batch_records = 1;
    world.store.refuse(1);
    for (const char* line : {"one\n", "two\n", "three\n"}) world.publish(line);
    {
        runtime::Metrics metrics;
        ingestion::Ledger ledger(world.store, world.connection, metrics);
        ingestion::Pipeline pipeline(world.connection, world.store, ledger, world.publisher, world.settings, metrics);
        REQUIRE(world.store.wait_refused(2));
        pipeline.stop(std::chrono::steady_clock::now());
    }
    CHECK(world.store.reached() == 0);
    CHECK(world.store.rows() == 0);
    world.store.refuse(0);
    world.run_until(3);
    CHECK(world.store.rows() == 3);
    CHECK(world.store.doubled() == 0);
}

TEST_CASE("a store that was rolled back gets what it lacks again, though the consumer had acknowledged it") {
    World world;
    const auto first = world.publish("one\n");
    world.run_until(world.publish("two\nthree\n"));
    world.store.roll_back(first);
    CHECK(world.store.rows() == 1);
    world.run_until(first + 1);
    CHECK(world.store.rows() == 3);
    CHECK(world.store.doubled() == 0);
}

TEST_CASE("an empty message is nothing, unless it declares a format: then it is a dead letter") {
    World world;
    world.publish("");
    world.publish("\n", {{std::string(bus::kFormatHeader), "json"}});
    world.run_until(world.publish("", {{std::string(bus::kFormatHeader), "json"}}));
    CHECK(world.store.rows() == 0);
    CHECK(world.store.tally("source/test") == store::Tally{.dead_lettered = 1, .received = 1});
    const auto letters = world.letters(1);
    CHECK(letters.front().payload().empty());
    CHECK(letters.front().header(bus::kReasonHeader) == "empty");
}

TEST_CASE("lines that are no record go to LOGS_DLQ with their reason, before their neighbours are acknowledged") {
    World world;
    const auto sequence = world.publish("{\"message\":\"good\"}\n{half\nno JSON\n", {{std::string(bus::kFormatHeader), "json"}});
    world.run_until(sequence);
    CHECK(world.store.rows() == 1);
    CHECK(world.store.tally("source/test") == store::Tally{.stored = 1, .dead_lettered = 2, .received = 3});

    const auto letters = world.letters(1);
    const bus::Message& letter = letters.front();
    CHECK(letter.subject() == "dlq.logs.test");
    CHECK(letter.payload() == "{half\nno JSON");
    CHECK(letter.header(bus::kReasonHeader) == "invalid_json");
    CHECK_FALSE(letter.header(bus::kDetailHeader).empty());
    CHECK(letter.header(bus::kSubjectHeader) == "logs.test");
    CHECK(letter.header(bus::kSequenceHeader) == std::to_string(sequence));
    CHECK(letter.header(bus::kOrdinalsHeader) == "1-2");
    CHECK(letter.header(bus::kFormatHeader) == "json");
}

TEST_CASE("a message of a million bad lines costs a few messages of LOGS_DLQ") {
    World world;
    std::string lines;
    for (int i = 0; i < 1'000'000; ++i) lines += "x\n";
    world.publish(lines, {{std::string(bus::kFormatHeader), "json"}});
    world.run_until(world.publish("good\n"));
    CHECK(world.store.rows() == 1);
    CHECK(world.store.tally("source/test") == store::Tally{.stored = 1, .dead_lettered = 1'000'000, .received = 1'000'001});
    std::size_t found = 0;
    for (const bus::Message& letter : world.letters((1'000'000 + bus::kGroupLinesMax - 1) / bus::kGroupLinesMax))
        found += static_cast<std::size_t>(std::ranges::count(letter.payload(), 'x'));
    CHECK(found == 1'000'000);
}

TEST_CASE("a message that no dead letter could be made of does not stop its neighbours") {
    World world;
    // Headers that steer the server would have it refuse the letter; the subject leaves no room for the prefix; nothing in them is a record.
    const bus::Headers steering{{std::string(bus::kFormatHeader), "nonsense"}, {"Nats-Expected-Stream", "LOGS"}};
    world.publish("steered\n", steering);
    const auto odd = world.publisher.publish("logs." + std::string(1'018, 'x'), {{std::string(bus::kFormatHeader), "nonsense"}},
                                             "far too long a subject\n");
    REQUIRE(odd);
    world.run_until(world.publish("good\n"));
    CHECK(world.store.rows() == 1);
    CHECK(world.store.doubled() == 0);

    const auto letters = world.letters(2);
    CHECK(letters.front().payload() == "steered\n");
    CHECK(letters.front().header("Nats-Expected-Stream").empty());
    CHECK(letters.back().subject() == "dlq.logs.reduced");
    CHECK(letters.back().payload() == "far too long a subject\n");
}

TEST_CASE("a stream that was deleted and made anew is stored behind what the store has") {
    World world;
    world.publish("one\n");
    world.run_until(world.publish("two\n"));
    world.server.kill();
    std::filesystem::remove_all(world.server.folder() / "store");
    world.server.start();
    world.make_streams();
    REQUIRE(world.publish("three\n") == 1);
    world.run_until(3);
    CHECK(world.store.rows() == 3);
    REQUIRE(world.publish("four\n") == 2);
    world.run_until(4);
    CHECK(world.store.rows() == 4);
    CHECK(world.store.doubled() == 0);
}
