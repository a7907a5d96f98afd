#include "noise_run.hpp"

namespace logchute::noise {
namespace {

constexpr std::uint64_t kSpoilerSeed = 0x5E01'1ED5'EED0'0001;  // another sequence than the generator's, from the same seed

}  // namespace

NoiseRun::NoiseRun(RunOptions options, Scenario scenario, Generator& generator, Target& target)
    : options_(options), scenario_(scenario), generator_(generator), target_(target), spoiler_(options.seed ^ kSpoilerSeed) {}

Result<void> NoiseRun::run(const std::stop_token& stop) {
    Pacer pacer(options_.rate, Pacer::Clock::now());
    while (!stop.stop_requested() && !is_complete()) {
        const auto now = Pacer::Clock::now();
        const auto forgiven = pacer.forgive(now);
        skipped_seconds_.store(skipped_seconds() + Seconds(forgiven).count(), std::memory_order_relaxed);
        Batch batch = make_batch(pacer, now);
        if (batch.records > 0) {
            const Result<void> sent = target_.send(std::move(batch), stop);
            if (!sent && stop.stop_requested()) return {};
            if (!sent) return sent;
        }
        if (!pacer.is_due(now)) wait_until(std::max(now + options_.tick, pacer.due_at()), stop);
    }
    return {};
}

Batch NoiseRun::make_batch(Pacer& pacer, Pacer::Clock::time_point now) {
    Batch batch;
    const Timestamp wall = logchute::now();
    while (pacer.is_due(now) && !is_complete() && batch.text.size() < options_.batch_bytes) {
        const Mood mood = scenario_.at(pacer.position());
        const std::size_t begin = batch.text.size();
        append_line(batch.text, options_.format, generator_.next(wall - (now - pacer.due_at()), mood));
        if (options_.malformed > 0 && spoiler_.chance(options_.malformed)) {
            spoil_line(batch.text, begin, options_.format, spoiler_);
            ++batch.malformed;
        }
        ++batch.records;
        ++made_;
        pacer.advance(mood.rate);
    }
    return batch;
}

void NoiseRun::wait_until(Pacer::Clock::time_point when, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    stopped_.wait_until(lock, stop, when, [] { return false; });
}

}  // namespace logchute::noise
