#include "source_rate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace logchute::gateway {

std::optional<int> SourceRate::take(std::string_view source, std::uint64_t records) {
    if (rate_ <= 0) return std::nullopt;
    const std::lock_guard lock(mutex_);
    const auto now = now_();
    Bucket& bucket = bucket_locked(source, now);
    bucket = {tokens_at(bucket, now), now};
    if (bucket.tokens > 0) {
        bucket.tokens -= static_cast<double>(records);
        return std::nullopt;
    }
    // A whole token, so that whoever comes back then is let in.
    const double seconds = std::ceil((1 - bucket.tokens) / rate_);
    return static_cast<int>(std::min(seconds, static_cast<double>(std::numeric_limits<int>::max())));
}

void SourceRate::give_back(std::string_view source, std::uint64_t records) {
    if (rate_ <= 0) return;
    const std::lock_guard lock(mutex_);
    const auto now = now_();
    Bucket& bucket = bucket_locked(source, now);
    bucket = {std::min(tokens_at(bucket, now) + static_cast<double>(records), capacity()), now};
}

std::size_t SourceRate::sources() const {
    const std::lock_guard lock(mutex_);
    return buckets_.size();
}

double SourceRate::tokens_at(const Bucket& bucket, Clock::time_point now) const noexcept {
    return std::min(capacity(), bucket.tokens + rate_ * std::chrono::duration<double>(now - bucket.at).count());
}

SourceRate::Bucket& SourceRate::bucket_locked(std::string_view source, Clock::time_point now) {
    if (const auto found = buckets_.find(source); found != buckets_.end()) return found->second;
    if (buckets_.size() >= sources_max_) std::erase_if(buckets_, [&](const auto& it) { return tokens_at(it.second, now) >= capacity(); });
    const std::string_view name = buckets_.size() < sources_max_ ? source : std::string_view();
    return buckets_.try_emplace(std::string(name), Bucket{capacity(), now}).first->second;
}

}  // namespace logchute::gateway
