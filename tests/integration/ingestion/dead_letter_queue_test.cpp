// Looking at dead letters and replaying them, with the real server.
#include "dead_letter_queue.hpp"

#include <catch2/catch_test_macros.hpp>

#include "ingestion_world.hpp"
#include "logchute/bus/dead_letter.hpp"

using namespace logchute;
using namespace logchute::ingestion;
using namespace logchute::ingestion::testing;

namespace {

const bus::Headers kJson{{std::string(bus::kFormatHeader), "json"}};

struct Letters : World {
    DeadLetterQueue queue{connection, publisher, kLineBytesMax};

    ReasonSummary only(std::size_t samples = 100) {
        const auto listed = queue.list(samples);
        REQUIRE(listed);
        REQUIRE(listed->size() == 1);
        return listed->front().second;
    }
    std::uint64_t total() {
        std::uint64_t all = 0;
        for (const auto& [reason, summary] : *queue.list(1)) all += summary.count;
        return all;
    }
};

}  // namespace

TEST_CASE("letters are listed by reason with their bytes, and each says what is wrong with it") {
    Letters world;
    world.run_until(world.publish("{\"message\":\"good\"}\n{\"a\":1,}\nno JSON\n", kJson));
    const auto summary = world.only();
    CHECK(summary.count == 2);
    CHECK(summary.first_seen == summary.last_seen);
    REQUIRE(summary.samples.size() == 2);
    CHECK(summary.samples[0].payload == "no JSON");
    CHECK(summary.samples[1].payload == "{\"a\":1,}");
    CHECK(summary.samples[0].detail != summary.samples[1].detail);
    CHECK(summary.samples[0].subject == "logs.test");
    CHECK(world.only(1).samples.size() == 1);
    CHECK(world.only(1).count == 2);

    const auto letter = world.queue.get(summary.samples[1].id);
    REQUIRE(letter);
    CHECK(letter->payload == "{\"a\":1,}");
    CHECK(letter->detail == summary.samples[1].detail);
    auto unknown = summary.samples[0].id;
    unknown.ordinal = 99;
    CHECK(world.queue.get(unknown).error().code == Errc::not_found);
}

TEST_CASE("a replay stores what parses now, once, and leaves the rest where it is under the same ids") {
    Letters world;
    const auto first = world.publish("one\ntwo\nthree\n", kJson);
    world.run_until(first);
    REQUIRE(world.only().count == 3);
    const auto ids = world.only().samples;

    CHECK(*world.queue.replay({.reason = Reason::invalid_json, .dry_run = true}) == ReplayOutcome{3, 0, 3, 0});
    CHECK(*world.queue.replay({.reason = Reason::invalid_json, .format = Format::plain, .dry_run = true}) == ReplayOutcome{3, 3, 0, 0});
    CHECK(world.only().count == 3);

    CHECK(*world.queue.replay({.ids = {ids[1].id}, .format = Format::plain}) == ReplayOutcome{1, 1, 0, 1});
    world.run_until(first + 1);
    CHECK(world.store.rows() == 1);
    CHECK(world.only().count == 2);
    CHECK(world.queue.get(ids[0].id)->payload == "three");
    CHECK(world.queue.get(ids[2].id)->payload == "one");
    CHECK(world.queue.replay({.ids = {ids[1].id}, .format = Format::plain}).error().code == Errc::not_found);

    CHECK(*world.queue.replay({.reason = Reason::invalid_json, .format = Format::plain}) == ReplayOutcome{2, 2, 0, 2});
    world.run_until(first + 2);
    CHECK(world.store.rows() == 3);
    CHECK(world.total() == 0);
    CHECK(*world.queue.replay({.reason = Reason::invalid_json, .format = Format::plain}) == ReplayOutcome{});
    CHECK(world.store.tally("source/test") == store::Tally{.stored = 3, .dead_lettered = 3, .received = 6});
}

TEST_CASE("a replay that was broken off before the letter was taken out stores nothing twice") {
    Letters world;
    const auto first = world.publish("one\ntwo\n", kJson);
    world.run_until(first);
    const auto letters = world.letters(1);
    REQUIRE(world.queue.replay({.reason = Reason::invalid_json, .format = Format::plain}));
    world.run_until(first + 1);
    // As it was before its last step.
    bus::Headers headers = letters.front().headers();
    std::erase_if(headers, [](const auto& header) { return header.first == bus::kMessageIdHeader; });
    REQUIRE(world.publisher.publish(letters.front().subject(), headers, letters.front().payload()));
    REQUIRE(world.only().count == 2);
    REQUIRE(world.queue.replay({.reason = Reason::invalid_json, .format = Format::plain}));
    world.run_until(world.publish("last\n"));
    CHECK(world.store.rows() == 3);
    CHECK(world.total() == 0);
}

TEST_CASE("a purge takes the letters of one reason, or all") {
    Letters world;
    world.publish("no JSON\n", kJson);
    world.run_until(world.publish("no pair\n", {{std::string(bus::kFormatHeader), "logfmt"}}));
    REQUIRE(world.total() == 2);
    CHECK(world.queue.purge(Reason::invalid_json) == 1);
    CHECK(world.only().samples.front().payload == "no pair");
    CHECK(world.queue.purge(Reason::invalid_json) == 0);
    CHECK(world.queue.purge(std::nullopt) == 1);
    CHECK(world.total() == 0);
}

TEST_CASE("messages in LOGS_DLQ that none of ours made are left alone") {
    Letters world;
    REQUIRE(world.publisher.publish("dlq.logs.x", {}, "whatever"));
    REQUIRE(world.publisher.publish("dlq.logs.x",
                                    {{std::string(bus::kReasonHeader), "invalid_json"}, {std::string(bus::kOrdinalsHeader), "5-1"}}, "x"));
    CHECK(world.total() == 0);
    CHECK(world.queue.purge(std::nullopt) == 0);
}

TEST_CASE("names of letters read back, and nothing else does") {
    const LetterId id{1'795'262'400'000'000'000, 42, 7};
    CHECK(parse_letter_id(to_string(id)) == id);
    for (const char* text : {"", "1", "1-2", "1-2-", "1-2-3-4", "a-2-3", "1-2-99999999999", "-", "1--2-3x"})
        CHECK_FALSE(parse_letter_id(text));
}
