// Which messages this process has counted.
#pragma once

#include <cstdint>
#include <map>

namespace logchute::analyzer {

/// A set of stream sequences, kept as ranges: replicas share a consumer, so one of them sees them with holes, but in long runs. At most
/// kRangesMax ranges; beyond, the oldest are forgotten (a redelivery from so long ago would be counted again).
class SeenSequences {
public:
    static constexpr std::size_t kRangesMax = 100'000;

    /// True the first time.
    bool insert(std::uint64_t sequence) {
        auto after = ranges_.upper_bound(sequence);
        if (after != ranges_.begin()) {
            auto before = std::prev(after);
            if (sequence <= before->second) return false;
            if (sequence == before->second + 1) {
                before->second = sequence;
                if (after != ranges_.end() && after->first == sequence + 1) {
                    before->second = after->second;
                    ranges_.erase(after);
                }
                return true;
            }
        }
        if (after != ranges_.end() && after->first == sequence + 1) {
            const std::uint64_t last = after->second;
            after = ranges_.erase(after);
            ranges_.emplace_hint(after, sequence, last);
            return true;
        }
        ranges_.emplace_hint(after, sequence, sequence);
        if (ranges_.size() > kRangesMax) ranges_.erase(ranges_.begin());
        return true;
    }

    [[nodiscard]] std::size_t ranges() const noexcept { return ranges_.size(); }

private:
    std::map<std::uint64_t, std::uint64_t> ranges_;  // first to last, both included
};

}  // namespace logchute::analyzer
