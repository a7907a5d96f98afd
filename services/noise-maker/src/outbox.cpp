#include "outbox.hpp"

#include <algorithm>

namespace logchute::noise {

Outbox::Outbox(OutboxOptions options, Publish publish, Delivered delivered)
    : options_(options), publish_(std::move(publish)), delivered_(std::move(delivered)), backoff_(options.backoff_min) {}

Result<void> Outbox::send(Batch batch, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    work_off(lock, options_.window - 1, stop, Clock::time_point::max());
    if (!broken_) return broken_;
    if (stop.stop_requested()) return fail(Errc::closed, "stopped");
    const std::uint64_t number = next_number_++;
    const auto kept = std::make_shared<const Batch>(std::move(batch));
    under_way_.emplace(number, kept);
    lock.unlock();
    publish(number, kept);
    return {};
}

Result<void> Outbox::flush(Clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    work_off(lock, 0, {}, deadline);
    if (!broken_) return broken_;
    if (under_way_.empty()) return {};
    std::uint64_t records = 0;
    for (const auto& [number, batch] : under_way_) records += batch->records;
    return fail(Errc::timeout, std::to_string(records) + " records were not acknowledged in time");
}

void Outbox::publish(std::uint64_t number, const std::shared_ptr<const Batch>& batch) {
    publish_(number, *batch, [this, number](Result<void> outcome) { finished(number, outcome); });
}

void Outbox::finished(std::uint64_t number, const Result<void>& outcome) {
    const std::scoped_lock lock(mutex_);
    if (outcome) {
        const auto it = under_way_.find(number);
        delivered_(it->second->records, it->second->malformed, it->second->text.size());
        under_way_.erase(it);
        backoff_ = options_.backoff_min;
    } else if (is_retryable(outcome.error().code) || outcome.error().code == Errc::failed) {
        if (failed_.empty()) retry_at_ = Clock::now() + backoff_;
        failed_.push_back(number);
    } else {
        under_way_.erase(number);
        if (broken_) broken_ = outcome;
    }
    changed_.notify_all();
}

void Outbox::resend(std::unique_lock<std::mutex>& lock) {
    std::vector<std::uint64_t> numbers;
    numbers.swap(failed_);
    backoff_ = std::min(backoff_ * 2, options_.backoff_max);
    std::ranges::sort(numbers);
    for (const std::uint64_t number : numbers) {
        const std::shared_ptr<const Batch> batch = under_way_.at(number);
        lock.unlock();
        publish(number, batch);
        lock.lock();
    }
}

void Outbox::work_off(std::unique_lock<std::mutex>& lock, std::size_t under_way, const std::stop_token& stop, Clock::time_point deadline) {
    const auto done = [&] { return !broken_ || under_way_.size() <= under_way; };
    while (true) {
        if (!failed_.empty() && Clock::now() >= retry_at_) resend(lock);
        if (done() || stop.stop_requested() || Clock::now() >= deadline) return;
        const bool retry_waits = !failed_.empty();
        changed_.wait_until(lock, stop, retry_waits ? std::min(retry_at_, deadline) : deadline,
                            [&] { return done() || failed_.empty() == retry_waits; });
    }
}

}  // namespace logchute::noise
