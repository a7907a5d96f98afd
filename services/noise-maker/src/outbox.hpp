// Batches on their way to JetStream: a window of unacknowledged ones, and those to send again.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "target.hpp"

namespace logchute::noise {

struct OutboxOptions {
    std::size_t window = 64;  ///< Batches unacknowledged at once; each is kept in memory until then.
    std::chrono::milliseconds backoff_min{100};
    std::chrono::milliseconds backoff_max{2'000};
};

/// Every batch has a number; one that failed goes out again under the same number, which the publisher turns into a Nats-Msg-Id, so that a
/// batch whose acknowledgement was lost is stored once.
/// Threads: as Target; the callbacks given to `publish` may be called from any thread, also before `publish` returns.
/// Lifetime: must outlive every callback given to `publish`.
class Outbox final : public Target {
public:
    using Done = std::function<void(Result<void>)>;
    using Publish = std::function<void(std::uint64_t number, const Batch& batch, Done done)>;

    Outbox(OutboxOptions options, Publish publish, Delivered delivered);

    [[nodiscard]] Result<void> send(Batch batch, std::stop_token stop) override;
    [[nodiscard]] Result<void> flush(std::chrono::steady_clock::time_point deadline) override;

private:
    using Clock = std::chrono::steady_clock;

    void publish(std::uint64_t number, const std::shared_ptr<const Batch>& batch);
    void finished(std::uint64_t number, const Result<void>& outcome);
    void resend(std::unique_lock<std::mutex>& lock);
    /// Sends again what failed, once it is time, until at most `under_way` batches are left, `stop` is requested, or `deadline` has passed.
    void work_off(std::unique_lock<std::mutex>& lock, std::size_t under_way, const std::stop_token& stop, Clock::time_point deadline);

    const OutboxOptions options_;
    const Publish publish_;
    const Delivered delivered_;

    std::mutex mutex_;
    std::condition_variable_any changed_;
    // Under mutex_:
    std::uint64_t next_number_ = 1;
    std::map<std::uint64_t, std::shared_ptr<const Batch>> under_way_;
    std::vector<std::uint64_t> failed_;  // of those under way, to be sent again at retry_at_
    std::chrono::milliseconds backoff_;
    Clock::time_point retry_at_{};
    Result<void> broken_{};  // the first failure that no retry helps
};

}  // namespace logchute::noise
