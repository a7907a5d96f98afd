// The store of another process, over the real server.
#include "logchute/store/remote_store.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <latch>
#include <thread>
#include <vector>

#include "support/nats_server.hpp"

using namespace logchute;
using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 10s;
constexpr int kCounts = 12;  // More than any number of threads that answer.
constexpr int kSearches = 100;

/// Answers what finds at once, and what counts only once it is released.
class SlowCounter final : public store::LogReader {
public:
    Result<store::RecordPage> search(const store::SearchRequest&) override { return store::RecordPage{"{}\n", 1, {}}; }
    Result<std::string> record(std::string_view) override { return "{}\n"; }
    Result<store::ContextPage> context(std::string_view, std::size_t, std::size_t) override { return store::ContextPage{}; }
    Result<store::Stats> stats(const store::StatsRequest&) override { return wait<store::Stats>(); }
    Result<store::Histogram> histogram(const store::HistogramRequest&) override { return wait<store::Histogram>(); }
    Result<std::vector<store::FieldInfo>> fields(const store::Scope&) override { return wait<std::vector<store::FieldInfo>>(); }
    Result<store::Tallies> tallies(std::string_view) override { return store::Tallies{{"source/a", {1, 0}}}; }

    /// Until two of those that count are at work.
    void wait_busy() { busy_.wait(); }
    void release() { released_.count_down(); }

private:
    template <class T>
    T wait() {
        if (at_work_.fetch_add(1) < kBusy) busy_.count_down();
        released_.wait();
        return {};
    }
    static constexpr int kBusy = 2;
    std::atomic<int> at_work_{0};
    std::latch busy_{kBusy};
    std::latch released_{1};
};

}  // namespace

TEST_CASE("whoever searches does not wait behind those who count") {
    const test::NatsServer server;
    bus::Connection connection({.url = server.url(), .name = "test"});
    REQUIRE(connection.wait_connected(kPatience));
    SlowCounter reader;
    const auto service = store::serve_store(connection, reader);
    store::RemoteLogReader remote(connection, kPatience);

    std::atomic<int> counted{0};
    std::vector<std::jthread> counters;
    for (int i = 0; i < kCounts; ++i) {
        counters.emplace_back([&, i] {
            const bool done = i % 3 == 0   ? remote.stats({}).has_value()
                              : i % 3 == 1 ? remote.histogram({}).has_value()
                                           : remote.fields({}).has_value();
            if (done) ++counted;
        });
    }
    reader.wait_busy();
    // Many, for the rest of those that count may still be on their way.
    int found = 0;
    for (int i = 0; i < kSearches && remote.search({}); ++i) ++found;
    const auto record = remote.record("id");
    const auto context = remote.context("id", 1, 1);
    const auto tallies = remote.tallies("source/");
    reader.release();
    counters.clear();

    CHECK(found == kSearches);
    CHECK(record);
    CHECK(context);
    CHECK((tallies && tallies->size() == 1));
    CHECK(counted == kCounts);
}
