// The pipeline against the real server, with a store in memory that can be told to fail.
#include "pipeline.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "logchute/bus/dead_letter.hpp"
#include "logchute/bus/names.hpp"
#include "logchute/bus/publisher.hpp"
#include "logchute/bus/stream.hpp"
#include "support/nats_server.hpp"

using namespace logchute;
using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 20s;

/// A store that keeps messages by (sequence, ordinal), and refuses the next so many batches.
class MemoryStore final : public store::LogWriter {
public:
    std::uint64_t reached() const override {
        const std::lock_guard lock(mutex_);
        return reached_;
    }
    Result<void> append(const store::WriteBatch& batch) override {
        const std::lock_guard lock(mutex_);
        if (failures_ > 0) {
            --failures_;
            ++refused_;
            changed_.notify_all();
            return fail(Errc::unavailable, "no space left on device");
        }
        for (const auto& message : batch.messages)
            for (const LogRecord& record : message.records) {
                if (message.sequence <= reached_) ++doubled_;
                doubled_ += rows_.emplace(std::pair{message.sequence, record.ordinal}, std::string(record.message)).second ? 0 : 1;
            }
        for (const auto& [key, tally] : batch.tallies) {
            tallies_[key] += tally;
        }
        reached_ = batch.reached;
        changed_.notify_all();
        return {};
    }

    Result<store::Tallies> tallies(std::string_view prefix) override {
        const std::lock_guard lock(mutex_);
        store::Tallies found;
        for (const auto& [key, tally] : tallies_)
            if (key.starts_with(prefix)) found.emplace(key, tally);
        return found;
    }

    void fail_next(int batches) {
        const std::lock_guard lock(mutex_);
        failures_ = batches;
    }
    [[nodiscard]] bool wait_reached(std::uint64_t sequence) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, kPatience, [&] { return reached_ >= sequence; });
    }
    [[nodiscard]] bool wait_refused(int batches) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, kPatience, [&] { return refused_ >= batches; });
    }
    /// Forgets what came after `sequence`, as a store does that is restored from a copy.
    void roll_back(std::uint64_t sequence) {
        const std::lock_guard lock(mutex_);
        rows_.erase(rows_.upper_bound({sequence, ~0U}), rows_.end());
        reached_ = sequence;
    }
    [[nodiscard]] std::size_t rows() const {
        const std::lock_guard lock(mutex_);
        return rows_.size();
    }
    [[nodiscard]] int doubled() const {
        const std::lock_guard lock(mutex_);
        return doubled_;
    }
    [[nodiscard]] store::Tally tally(const std::string& key) const {
        const std::lock_guard lock(mutex_);
        const auto found = tallies_.find(key);
        return found == tallies_.end() ? store::Tally{} : found->second;
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::pair<std::uint64_t, std::uint32_t>, std::string> rows_;
    store::Tallies tallies_;
    std::uint64_t reached_ = 0;
    int failures_ = 0;
    int refused_ = 0;
    int doubled_ = 0;
};

struct World {
    test::NatsServer server;
    bus::Connection connection{{.url = server.url(), .name = "test"}};
    bus::Publisher publisher{connection, {}};
    runtime::Settings settings;
    MemoryStore store;

    World() {
        settings.ingestion.batch_age = 20ms;
        make_streams();
    }
    void make_streams() {
        REQUIRE(connection.wait_connected(10s));
        REQUIRE(bus::ensure_stream(connection, {.name = std::string(bus::kLogsStream), .subjects = {std::string(bus::kLogsSubjects)}}));
        REQUIRE(bus::ensure_stream(connection, {.name = std::string(bus::kDlqStream), .subjects = {std::string(bus::kDlqSubjects)}}));
    }
    std::uint64_t publish(std::string_view lines, const bus::Headers& headers = {}) {
        const auto ack = publisher.publish("logs.test", headers, lines);
        REQUIRE(ack);
        return ack->sequence;
    }
    /// The first `count` dead letters.
    std::vector<bus::Message> letters(std::size_t count) {
        bus::PullConsumer consumer(connection, {.stream = std::string(bus::kDlqStream), .name = "reader"});
        std::vector<bus::Message> all;
        for (const auto end = std::chrono::steady_clock::now() + kPatience; all.size() < count && std::chrono::steady_clock::now() < end;) {
            auto fetched = consumer.fetch({.messages = count, .wait = 1s});
            if (fetched) std::ranges::move(*fetched, std::back_inserter(all));
        }
        REQUIRE(all.size() == count);
        return all;
    }
    /// Runs a pipeline until `sequence` is in the store.
    void run_until(std::uint64_t sequence) {
        runtime::Metrics metrics;
        ingestion::Ledger ledger(store, connection, metrics);
        ingestion::Pipeline pipeline(connection, store, ledger, publisher, settings, metrics);
        CHECK(store.wait_reached(sequence));
        pipeline.stop(std::chrono::steady_clock::now() + kPatience);
    }
};

}  // namespace

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
