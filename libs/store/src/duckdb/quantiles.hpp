// Percentiles of many numbers in little memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace logchute::store::duck {

/// Exact up to kExact numbers; then within 0.25 % of the value, with a bucket for each half percent of it (as DDSketch does).
/// Any order of adding and merging gives the same answer.
class Quantiles {
public:
    static constexpr std::size_t kExact = 4096;

    void add(double value);
    void merge(const Quantiles& other);
    /// `q` from 0 to 1, interpolated between the closest ranks while exact. Of at least one number.
    [[nodiscard]] double at(double q);
    /// Bytes it holds on to, about.
    [[nodiscard]] std::size_t bytes() const noexcept { return values_.capacity() * sizeof(double) + (above_.size() + below_.size()) * 64; }

private:
    void add_to_buckets(double value, std::uint64_t count);
    void spill();

    std::vector<double> values_;  // While exact.
    bool exact_ = true;
    std::uint64_t count_ = 0, zeros_ = 0;
    std::unordered_map<std::int32_t, std::uint64_t> above_, below_;  // Buckets of positive numbers, and of negative ones by their size.
};

}  // namespace logchute::store::duck
