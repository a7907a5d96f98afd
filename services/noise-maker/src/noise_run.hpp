// The loop that makes noise: what is due becomes batches, batches go to the target.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

#include "formats.hpp"
#include "generator.hpp"
#include "pacer.hpp"
#include "target.hpp"

namespace logchute::noise {

struct RunOptions {
    double rate = 50;         ///< Records a second, more than 0.
    std::uint64_t total = 0;  ///< Records in all; 0: without end.
    double malformed = 0;     ///< Share of records that are spoiled, 0 to 1. The others stay as they are without it.
    Format format = Format::json;
    std::uint64_t seed = 1;
    std::size_t batch_bytes = 256U << 10;    ///< A batch is sent at this size, or at each tick.
    std::chrono::milliseconds tick{50};      ///< How long records that are due wait for others; the latency of a slow run.
};

/// Threads: run() on one; skipped_seconds() from any. Lifetime: borrows generator and target.
class NoiseRun {
public:
    NoiseRun(RunOptions options, Scenario scenario, Generator& generator, Target& target);

    /// Until `total` has been sent or `stop` is requested, both of which are success; what the target says otherwise.
    [[nodiscard]] Result<void> run(const std::stop_token& stop);
    /// How much of the schedule was given up because target or machine could not keep the rate.
    [[nodiscard]] double skipped_seconds() const noexcept { return skipped_seconds_.load(std::memory_order_relaxed); }

private:
    [[nodiscard]] Batch make_batch(Pacer& pacer, Pacer::Clock::time_point now);
    [[nodiscard]] bool is_complete() const noexcept { return options_.total != 0 && made_ == options_.total; }
    void wait_until(Pacer::Clock::time_point when, const std::stop_token& stop);

    const RunOptions options_;
    const Scenario scenario_;
    Generator& generator_;
    Target& target_;
    Random spoiler_;
    std::uint64_t made_ = 0;
    std::atomic<double> skipped_seconds_{0};
    std::mutex mutex_;  // of stopped_ alone, which nobody but a stop_token notifies
    std::condition_variable_any stopped_;
};

}  // namespace logchute::noise
