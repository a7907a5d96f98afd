#include "duckdb/quantiles.hpp"

#include <algorithm>
#include <cmath>

namespace logchute::store::duck {
namespace {

constexpr double kError = 0.0025;
const double kLogGamma = std::log((1 + kError) / (1 - kError));
constexpr double kTiny = 1e-300;

std::int32_t bucket_of(double size) { return static_cast<std::int32_t>(std::ceil(std::log(size) / kLogGamma)); }
// The number whose relative distance to both ends of the bucket is the same.
double middle_of(std::int32_t bucket) { return std::exp(bucket * kLogGamma) * (1 - kError); }

std::vector<std::pair<std::int32_t, std::uint64_t>> in_order(const std::unordered_map<std::int32_t, std::uint64_t>& buckets) {
    std::vector<std::pair<std::int32_t, std::uint64_t>> sorted(buckets.begin(), buckets.end());
    std::sort(sorted.begin(), sorted.end());
    return sorted;
}

}  // namespace

void Quantiles::add(double value) {
    ++count_;
    if (exact_) {
        values_.push_back(value);
        if (values_.size() > kExact) spill();
    } else {
        add_to_buckets(value, 1);
    }
}

void Quantiles::add_to_buckets(double value, std::uint64_t count) {
    if (std::abs(value) < kTiny)
        zeros_ += count;
    else if (value > 0)
        above_[bucket_of(value)] += count;
    else
        below_[bucket_of(-value)] += count;
}

void Quantiles::spill() {
    exact_ = false;
    for (const double value : values_) add_to_buckets(value, 1);
    values_ = {};
}

void Quantiles::merge(const Quantiles& other) {
    count_ += other.count_;
    if (exact_ && other.exact_ && values_.size() + other.values_.size() <= kExact) {
        values_.insert(values_.end(), other.values_.begin(), other.values_.end());
        return;
    }
    if (exact_) spill();
    for (const double value : other.values_) add_to_buckets(value, 1);
    zeros_ += other.zeros_;
    for (const auto& [bucket, count] : other.above_) above_[bucket] += count;
    for (const auto& [bucket, count] : other.below_) below_[bucket] += count;
}

double Quantiles::at(double q) {
    const double rank = q * static_cast<double>(count_ - 1);
    if (exact_) {
        std::sort(values_.begin(), values_.end());
        const auto low = static_cast<std::size_t>(rank);
        const double part = rank - static_cast<double>(low);
        return low + 1 < values_.size() ? values_[low] + part * (values_[low + 1] - values_[low]) : values_[low];
    }
    auto left = static_cast<std::uint64_t>(std::llround(rank)) + 1;
    const auto below = in_order(below_);
    for (auto it = below.rbegin(); it != below.rend(); ++it) {
        if (left <= it->second) return -middle_of(it->first);
        left -= it->second;
    }
    if (left <= zeros_) return 0;
    left -= zeros_;
    const auto above = in_order(above_);
    for (const auto& [bucket, count] : above) {
        if (left <= count) return middle_of(bucket);
        left -= count;
    }
    return above.empty() ? 0 : middle_of(above.back().first);
}

}  // namespace logchute::store::duck
