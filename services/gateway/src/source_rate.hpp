// How fast each source may send.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace logchute::gateway {

/// A bucket of tokens for each source, filled at the rate and holding one second of it. A request is let in while there is any token, and may
/// run into debt: so a body that is larger than the bucket is no dead end, and what it took too much is waited for by the next.
/// At most `sources_max` buckets: those that are full again say nothing and go first; beyond that, new sources share one.
/// Threads: any.
class SourceRate {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t kSourcesMax = 10'000;

    /// `records_per_second` 0: no limit.
    explicit SourceRate(double records_per_second, std::size_t sources_max = kSourcesMax,
                        std::function<Clock::time_point()> now = Clock::now)
        : rate_(records_per_second), sources_max_(sources_max), now_(std::move(now)) {}

    /// Lets `records` of `source` in; or says in how many seconds it may send again, at least 1.
    [[nodiscard]] std::optional<int> take(std::string_view source, std::uint64_t records);
    /// They were let in, but could not be stored.
    void give_back(std::string_view source, std::uint64_t records);

    [[nodiscard]] double records_per_second() const noexcept { return rate_; }
    [[nodiscard]] std::size_t sources() const;

private:
    struct Bucket {
        double tokens;
        Clock::time_point at;  // when it had them
    };
    [[nodiscard]] double capacity() const noexcept { return rate_ < 1 ? 1 : rate_; }
    [[nodiscard]] double tokens_at(const Bucket& bucket, Clock::time_point now) const noexcept;
    [[nodiscard]] Bucket& bucket_locked(std::string_view source, Clock::time_point now);

    const double rate_;
    const std::size_t sources_max_;
    const std::function<Clock::time_point()> now_;

    mutable std::mutex mutex_;
    std::map<std::string, Bucket, std::less<>> buckets_;  // under mutex_; "" is the one that is shared
};

}  // namespace logchute::gateway
