#include "duckdb/count_steps.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "duckdb/count_groups.hpp"
#include "duckdb/row_value.hpp"
#include "duckdb/text_map.hpp"

namespace logchute::store::duck {
namespace {

std::unexpected<Error> too_many_steps() {
    return fail(Errc::invalid, "a histogram has at most " + std::to_string(kHistogramStepsMax) +
                                   " steps: choose a larger step, or a shorter time from 'from' to 'to'");
}

// Steps are numbered from the epoch on, downwards before it.
std::int64_t step_of(std::int64_t time, std::int64_t step) {
    const auto number = time / step;
    return time % step < 0 ? number - 1 : number;
}

// The first step of all may begin before the first time that there is.
std::int64_t start_of(std::int64_t number, std::int64_t step) {
    std::int64_t start = 0;
    return __builtin_mul_overflow(number, step, &start) ? INT64_MIN : start;
}

// The last time of a step that a time is in; that of the last step of all may be behind the last time that there is.
std::int64_t end_of(std::int64_t number, std::int64_t step) {
    std::int64_t next = 0;
    return __builtin_add_overflow(number, 1, &next) || __builtin_mul_overflow(next, step, &next) ? INT64_MAX : next - 1;
}

// Whether there are more steps from `first` to a later `last` than there may be. Their distance may be more than 63 bits hold.
bool are_too_many(std::int64_t first, std::int64_t last) {
    return static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first) >= kHistogramStepsMax;
}

// Which series a record counts in. Levels by their number; other keys by the list of those that have a series, all else in the last.
class SeriesChoice {
public:
    SeriesChoice() : keys_{""} {}
    static SeriesChoice by_level() {
        SeriesChoice choice;
        choice.by_level_ = true;
        choice.keys_.clear();
        for (const auto level : kLevels) choice.keys_.emplace_back(to_string(level));
        return choice;
    }
    SeriesChoice(RowValue value, std::vector<std::string> keys, bool others) : value_(std::move(value)), keys_(std::move(keys)) {
        for (std::size_t i = 0; i < keys_.size(); ++i) numbers_[keys_[i]] = i;
        if (others) keys_.emplace_back("_other");
    }

    [[nodiscard]] const std::vector<std::string>& keys() const noexcept { return keys_; }
    [[nodiscard]] ColumnSet columns() const noexcept {
        return by_level_ ? ColumnSet{kLevelColumn} : value_ ? value_->columns() : ColumnSet{0};
    }
    [[nodiscard]] std::size_t of(const search::Row& row, std::string& scratch) const {
        if (by_level_) return std::min(static_cast<std::size_t>(row.level), keys_.size() - 1);
        if (!value_) return 0;
        const auto* const found = numbers_.find(value_->text(row, scratch));
        return found == nullptr ? keys_.size() - 1 : *found;
    }

private:
    bool by_level_ = false;
    std::optional<RowValue> value_;
    std::vector<std::string> keys_;
    TextMap<std::size_t> numbers_;
};

using Steps = std::map<std::int64_t, std::vector<std::uint64_t>>;

class StepCounter final : public Accumulator {
public:
    StepCounter(const RowFilter& filter, const SeriesChoice& series, std::int64_t step) : filter_(filter), series_(series), step_(step) {}

    Result<void> take(const Rows& rows) override {
        for (std::size_t i = 0; i < rows.count; ++i) {
            const auto row = reader_.row(rows, i);
            if (!filter_.is_everything() && !filter_.matches(row)) continue;
            ++counts_at(rows.time[i])[series_.of(row, scratch_)];
        }
        // More steps with records than there may be steps: no answer any more.
        if (steps_.size() > kHistogramStepsMax) return too_many_steps();
        return {};
    }

    [[nodiscard]] const Steps& steps() const noexcept { return steps_; }

private:
    // Records come roughly in the order of time, so the step is mostly that of the one before, found without a division.
    std::uint64_t* counts_at(std::int64_t time) {
        if (counts_ == nullptr || time < begin_ || time > end_) {
            const auto number = step_of(time, step_);
            auto& counts = steps_[number];
            if (counts.empty()) counts.resize(series_.keys().size());
            counts_ = counts.data();
            begin_ = start_of(number, step_);
            end_ = end_of(number, step_);
        }
        return counts_;
    }

    const RowFilter& filter_;
    const SeriesChoice& series_;
    const std::int64_t step_;
    RowReader reader_;
    Steps steps_;
    std::uint64_t* counts_ = nullptr;
    std::int64_t begin_ = 0, end_ = 0;  // Of the step that counts_ is of, both included.
    std::string scratch_;
};

Result<SeriesChoice> choose_series(Scanner& scanner, const Question& question, const HistogramRequest& request,
                                   Scanner::Deadline deadline) {
    if (request.by.empty()) return SeriesChoice();
    RowValue value(request.by);
    if (value.is_level()) return SeriesChoice::by_level();
    // Counted once without time, to know which series are the largest: so memory is bounded however many keys there are.
    StatsRequest groups{
        .scope = request.scope, .by = {request.by}, .limit = kHistogramSeriesMax, .aggregate = Aggregate::count, .field = {}};
    auto stats = count_groups(scanner, question, groups, deadline);
    if (!stats) return std::unexpected(std::move(stats.error()));
    std::vector<std::string> keys;
    for (auto& group : stats->groups) keys.push_back(std::move(group.key.front()));
    return SeriesChoice(std::move(value), std::move(keys), stats->other != 0);
}

// First and last step, both included; empty where there is nothing to show.
std::optional<std::pair<std::int64_t, std::int64_t>> steps_shown(const Steps& steps, const HistogramRequest& request) {
    const auto& range = request.scope.range;
    const auto step = request.step.count();
    if (steps.empty() && (!range.from || !range.to || *range.to <= *range.from)) return std::nullopt;
    const auto first = range.from ? step_of(to_nanos(*range.from), step) : steps.begin()->first;
    const auto last = range.to ? step_of(to_nanos(*range.to) - 1, step) : steps.rbegin()->first;
    return first > last ? std::nullopt : std::optional(std::pair(first, last));
}

bool covers_too_much(const TimeRange& range, std::int64_t step) {
    if (!range.from || !range.to || *range.to <= *range.from) return false;
    return are_too_many(step_of(to_nanos(*range.from), step), step_of(to_nanos(*range.to) - 1, step));
}

Histogram to_histogram(const Steps& steps, std::int64_t first, std::int64_t last, const SeriesChoice& series, std::int64_t step) {
    Histogram histogram;
    histogram.first = from_nanos(start_of(first, step));
    const auto size = static_cast<std::size_t>(last - first + 1);
    for (const auto& key : series.keys()) histogram.series.push_back({key, std::vector<std::uint64_t>(size)});
    for (const auto& [number, counts] : steps) {
        for (std::size_t i = 0; i < counts.size(); ++i) {
            histogram.series[i].counts[static_cast<std::size_t>(number - first)] += counts[i];
            histogram.total += counts[i];
        }
    }
    return histogram;
}

std::uint64_t sum_of(const HistogramSeries& series) {
    std::uint64_t sum = 0;
    for (const auto count : series.counts) sum += count;
    return sum;
}

}  // namespace

Result<Histogram> count_steps(Scanner& scanner, const Question& question, const HistogramRequest& request, Scanner::Deadline deadline) {
    const auto step = request.step.count();
    if (step <= 0) return fail(Errc::invalid, "step must be longer than zero");
    if (covers_too_much(request.scope.range, step)) return too_many_steps();
    const auto series = choose_series(scanner, question, request, deadline);
    if (!series) return std::unexpected(series.error());
    const auto columns = static_cast<ColumnSet>(kTimeColumn | question.filter().columns() | series->columns());
    const auto counters = scanner.gather<StepCounter>(question.scans(), columns, question.limits(), deadline,
                                                      [&] { return std::make_unique<StepCounter>(question.filter(), *series, step); });
    if (!counters) return std::unexpected(counters.error());

    Steps all;
    for (const auto& counter : *counters) {
        for (const auto& [number, counts] : counter->steps()) {
            auto& sums = all[number];
            sums.resize(counts.size());
            std::transform(counts.begin(), counts.end(), sums.begin(), sums.begin(), std::plus());
        }
    }
    const auto shown = steps_shown(all, request);
    if (!shown)
        return Histogram{
            .first = {}, .total = 0, .series = request.by.empty() ? std::vector<HistogramSeries>(1) : std::vector<HistogramSeries>{}};
    if (are_too_many(shown->first, shown->second)) return too_many_steps();
    auto histogram = to_histogram(all, shown->first, shown->second, *series, step);
    if (!request.by.empty()) std::erase_if(histogram.series, [](const HistogramSeries& one) { return sum_of(one) == 0; });
    std::stable_sort(histogram.series.begin(), histogram.series.end(),
                     [](const HistogramSeries& a, const HistogramSeries& b) { return sum_of(a) > sum_of(b); });
    return histogram;
}

}  // namespace logchute::store::duck
