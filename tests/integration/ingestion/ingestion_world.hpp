// What tests of ingestion share: the real server, and a store in memory that can be told to fail.
#pragma once

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <condition_variable>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "ledger.hpp"
#include "logchute/bus/consumer.hpp"
#include "logchute/bus/names.hpp"
#include "logchute/bus/publisher.hpp"
#include "logchute/bus/stream.hpp"
#include "pipeline.hpp"
#include "support/nats_server.hpp"

namespace logchute::ingestion::testing {

using namespace std::chrono_literals;

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
        const bool is_refused =
            std::ranges::any_of(batch.messages, [&](const auto& message) { return message.sequence == refused_sequence_; });
        if (failures_ > 0 || is_refused) {
            if (failures_ > 0) --failures_;
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
    /// Refuses every batch with this message in it; 0: none.
    void refuse(std::uint64_t sequence) {
        const std::lock_guard lock(mutex_);
        refused_sequence_ = sequence;
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
    std::uint64_t refused_sequence_ = 0;
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

}  // namespace logchute::ingestion::testing
