#include "duckdb/question.hpp"

#include <algorithm>

#include "duckdb/level_set.hpp"

namespace logchute::store::duck {

RowFilter::RowFilter(const search::Query& query, std::optional<Neighbourhood> around)
    : matcher_(query),
      around_(std::move(around)),
      columns_(columns_of(matcher_.needs())),
      everything_(matcher_.is_everything() && !around_) {
    if (around_) columns_ |= static_cast<ColumnSet>(kSourceColumn | kServiceColumn | kHostColumn);
}

Question::Question(const Scope& scope, const std::vector<std::shared_ptr<DayFile>>& days, std::optional<Neighbourhood> around)
    : filter_(scope.query, std::move(around)) {
    if (scope.range.from) limits_.time_min = to_nanos(*scope.range.from);
    if (scope.range.to) {
        const auto to = to_nanos(*scope.range.to);
        if (to == INT64_MIN) return;  // Before all times: no candidate.
        limits_.time_max = to - 1;
    }
    limits_.levels = possible_levels(scope.query.root());
    const search::BlockTest test(scope.query);
    for (const auto& file : days) {
        OpenDay day{file, file->use(), {}};
        if (file->is_gone()) {
            missed_a_day_ = true;
            continue;
        }
        day.blocks = file->blocks().snapshot();
        days_.push_back(std::move(day));
        add_candidates(test, static_cast<std::uint32_t>(days_.size() - 1));
    }
}

void Question::add_candidates(const search::BlockTest& test, std::uint32_t day) {
    const auto& blocks = days_[day].blocks;
    for (const auto& block : *blocks.closed) {
        if (may_match(test, block)) candidates_.push_back({day, block.span});
    }
    if (blocks.open && may_match(test, *blocks.open)) candidates_.push_back({day, blocks.open->span});
}

bool Question::may_match(const search::BlockTest& test, const Block& block) {
    if (block.span.time_max < limits_.time_min || block.span.time_min > limits_.time_max) return false;
    if (!block.filter || test.is_trivial()) return true;
    if (!block.filter->is_intact()) {
        met_damage_ = true;
        return true;
    }
    return test.may_match([&](std::uint64_t hash) { return block.filter->may_contain(hash); });
}

DayScan Question::scan_of(std::uint32_t day, std::vector<RowRange> ranges) const {
    const auto& file = *days_[day].file;
    return {file.database(), &file.forms(), day, std::move(ranges)};
}

std::vector<DayScan> Question::scans(std::span<const Candidate> candidates) const {
    std::vector<std::vector<RowRange>> ranges(days_.size());
    for (const auto& candidate : candidates) {
        ranges[candidate.day].push_back({.seq_first = candidate.span.seq_first, .seq_last = candidate.span.seq_last});
    }
    std::vector<DayScan> all;
    for (std::uint32_t day = 0; day < days_.size(); ++day) {
        auto& list = ranges[day];
        if (list.empty()) continue;
        std::sort(list.begin(), list.end(), [](const RowRange& a, const RowRange& b) { return a.seq_first < b.seq_first; });
        std::vector<RowRange> merged;
        for (const auto& range : list) {
            if (!merged.empty() && merged.back().seq_last + 1 == range.seq_first)
                merged.back().seq_last = range.seq_last;
            else
                merged.push_back(range);
        }
        all.push_back(scan_of(day, std::move(merged)));
    }
    return all;
}

std::vector<DayScan> Question::scans_for(std::uint64_t seq, std::uint32_t ord) const {
    const auto holds = [seq](const Block& block) { return block.span.seq_first <= seq && seq <= block.span.seq_last; };
    std::vector<DayScan> all;
    for (std::uint32_t day = 0; day < days_.size(); ++day) {
        const auto& blocks = days_[day].blocks;
        if (std::any_of(blocks.closed->begin(), blocks.closed->end(), holds) || (blocks.open && holds(*blocks.open))) {
            all.push_back(scan_of(day, {{.seq_first = seq, .seq_last = seq, .ord_first = ord, .ord_last = ord}}));
        }
    }
    return all;
}

std::uint64_t Question::rows_per_sequence(std::uint32_t day) const {
    const auto& blocks = days_[day].blocks;
    std::uint64_t rows = 0;
    std::uint64_t sequences = 1;
    const auto add = [&](const Block& block) {
        rows += block.span.rows;
        if (block.span.rows != 0) sequences += block.span.seq_last - block.span.seq_first + 1;
    };
    std::for_each(blocks.closed->begin(), blocks.closed->end(), add);
    if (blocks.open) add(*blocks.open);
    return std::max<std::uint64_t>(1, rows / sequences);
}

}  // namespace logchute::store::duck
