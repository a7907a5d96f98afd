#include "noise_run.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <vector>

using namespace logchute;
using namespace logchute::noise;

namespace {

/// Keeps what it is given; can be told to refuse.
class MemoryTarget final : public Target {
public:
    Result<void> send(Batch batch, std::stop_token) override {
        if (refusal) return fail(*refusal, "told to refuse");
        batches.push_back(std::move(batch));
        if (stop_after != 0 && batches.size() == stop_after) stop.request_stop();
        return {};
    }
    Result<void> flush(std::chrono::steady_clock::time_point) override { return {}; }

    [[nodiscard]] std::string text() const {
        std::string all;
        for (const Batch& batch : batches) all += batch.text;
        return all;
    }

    std::vector<Batch> batches;
    std::optional<Errc> refusal;
    std::size_t stop_after = 0;
    std::stop_source stop;
};

struct Run {
    MemoryTarget target;
    Result<void> outcome;

    explicit Run(RunOptions options, std::size_t stop_after = 0, std::optional<Errc> refusal = {}) {
        target.stop_after = stop_after;
        target.refusal = refusal;
        Generator generator({.seed = options.seed, .services = {"api", "web"}});
        NoiseRun noise(options, Scenario::find("steady").value(), generator, target);
        outcome = noise.run(target.stop.get_token());
    }
    [[nodiscard]] std::vector<std::string> lines_without_times() const {
        std::vector<std::string> lines;
        const std::string text = target.text();
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = text.find('\n', at);
            const std::string line = text.substr(at, end - at);
            lines.push_back(line.substr(std::min(line.find("\"level\""), line.size())));
            at = end + 1;
        }
        return lines;
    }
};

constexpr double kFast = 1e9;

}  // namespace

TEST_CASE("a run makes exactly its total, and succeeds") {
    const Run run({.rate = kFast, .total = 12'345});
    CHECK(run.outcome);
    CHECK(run.lines_without_times().size() == 12'345);
    std::uint64_t records = 0;
    for (const Batch& batch : run.target.batches) records += batch.records;
    CHECK(records == 12'345);
}

TEST_CASE("the same seed makes the same records, however they fall into batches") {
    const Run one({.rate = kFast, .total = 3000, .seed = 9});
    const Run other({.rate = 1e5, .total = 3000, .seed = 9, .batch_bytes = 1000, .tick = std::chrono::milliseconds(1)});
    CHECK(one.lines_without_times() == other.lines_without_times());
    CHECK(one.lines_without_times() != Run({.rate = kFast, .total = 3000, .seed = 10}).lines_without_times());
}

TEST_CASE("batches stay near their size") {
    const Run run({.rate = kFast, .total = 5000, .batch_bytes = 10'000});
    CHECK(std::ranges::all_of(run.target.batches, [](const Batch& batch) { return batch.text.size() < 11'000; }));
}

TEST_CASE("spoiling a share of the lines leaves the others as they were") {
    const auto good = Run({.rate = kFast, .total = 4000, .seed = 5}).lines_without_times();
    const Run half({.rate = kFast, .total = 4000, .malformed = 0.5, .seed = 5});
    const auto mixed = half.lines_without_times();
    REQUIRE(mixed.size() == good.size());
    std::uint32_t spoilt = 0;
    for (const Batch& batch : half.target.batches) spoilt += batch.malformed;
    CHECK((spoilt > 1800 && spoilt < 2200));
    std::uint32_t differ = 0;
    for (std::size_t i = 0; i < good.size(); ++i) differ += good[i] != mixed[i];
    CHECK(differ <= spoilt);
    CHECK(differ > spoilt / 2);  // those cut off before "level" or changed before it look alike here
}

TEST_CASE("a stop ends a run without end") {
    const Run run({.rate = kFast}, 3);
    CHECK(run.outcome);
    CHECK(run.target.batches.size() == 3);
}

TEST_CASE("a target that refuses ends the run with its reason") {
    const Run run({.rate = kFast, .total = 10}, 0, Errc::invalid);
    REQUIRE(!run.outcome);
    CHECK(run.outcome.error().code == Errc::invalid);
}
