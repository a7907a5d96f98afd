#include "duckdb/count_groups.hpp"

#include <algorithm>
#include <unordered_map>

#include "duckdb/quantiles.hpp"
#include "duckdb/row_value.hpp"

namespace logchute::store::duck {
namespace {

bool is_percentile(Aggregate aggregate) { return aggregate >= Aggregate::p50; }

double quantile_of(Aggregate aggregate) {
    switch (aggregate) {
        case Aggregate::p90: return 0.90;
        case Aggregate::p95: return 0.95;
        case Aggregate::p99: return 0.99;
        default: return 0.50;
    }
}

// The numbers of one group.
struct Numbers {
    std::uint64_t count = 0;
    long double sum = 0;  // 64 bits of mantissa: sums of integers are exact far beyond 2^53.
    double min = 0, max = 0;
    Quantiles quantiles;

    void add(double value, Aggregate aggregate) {
        min = count == 0 ? value : std::min(min, value);
        max = count == 0 ? value : std::max(max, value);
        ++count;
        sum += static_cast<long double>(value);
        if (is_percentile(aggregate)) quantiles.add(value);
    }
    void merge(const Numbers& other) {
        if (other.count == 0) return;
        min = count == 0 ? other.min : std::min(min, other.min);
        max = count == 0 ? other.max : std::max(max, other.max);
        count += other.count;
        sum += other.sum;
        quantiles.merge(other.quantiles);
    }
    [[nodiscard]] std::optional<double> result(Aggregate aggregate) {
        if (count == 0) return std::nullopt;
        switch (aggregate) {
            case Aggregate::count: return std::nullopt;
            case Aggregate::sum: return static_cast<double>(sum);
            case Aggregate::avg: return static_cast<double>(sum / static_cast<long double>(count));
            case Aggregate::min: return min;
            case Aggregate::max: return max;
            default: return quantiles.at(quantile_of(aggregate));
        }
    }
};

struct Group {
    std::uint64_t count = 0;
    Numbers numbers;
};

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};
// Keys are the texts of a group behind one another, each with its length in front: any bytes may be in them.
using Groups = std::unordered_map<std::string, Group, TextHash, std::equal_to<>>;

void append_part(std::string& key, std::string_view text) {
    const auto size = static_cast<std::uint32_t>(text.size());
    key.append(static_cast<const char*>(static_cast<const void*>(&size)), sizeof size);
    key += text;
}

std::vector<std::string> parts_of(std::string_view key) {
    std::vector<std::string> parts;
    while (!key.empty()) {
        std::uint32_t size = 0;
        key.copy(static_cast<char*>(static_cast<void*>(&size)), sizeof size);
        parts.emplace_back(key.substr(sizeof size, size));
        key.remove_prefix(sizeof size + size);
    }
    return parts;
}

struct Plan {
    const RowFilter& filter;
    std::vector<RowValue> by;
    std::optional<RowValue> field;
    Aggregate aggregate;

    [[nodiscard]] ColumnSet columns() const {
        unsigned columns = filter.columns();
        for (const auto& value : by) columns |= value.columns();
        if (field) columns |= field->columns();
        if (columns == 0) return kLevelColumn;  // A scan needs one; this is the smallest.
        return static_cast<ColumnSet>(columns);
    }
};

class GroupCounter final : public Accumulator {
public:
    explicit GroupCounter(const Plan& plan) : plan_(plan) {}

    Result<void> take(const Rows& rows) override {
        for (std::size_t i = 0; i < rows.count; ++i) {
            const auto row = reader_.row(rows, i);
            if (!plan_.filter.is_everything() && !plan_.filter.matches(row)) continue;
            auto& group = group_of(row);
            ++group.count;
            if (!plan_.field) continue;
            if (const auto number = plan_.field->number(row)) group.numbers.add(*number, plan_.aggregate);
        }
        return check_size();
    }

    [[nodiscard]] Groups& groups() noexcept { return groups_; }

private:
    Group& group_of(const search::Row& row) {
        key_.clear();
        for (const auto& value : plan_.by) append_part(key_, value.text(row, scratch_));
        // Lines of one service come in runs.
        if (last_ != nullptr && last_->first == key_) return last_->second;
        auto found = groups_.find(std::string_view(key_));
        if (found == groups_.end()) {
            found = groups_.emplace(key_, Group{}).first;
            bytes_ += key_.size() + 160;
        }
        last_ = &*found;
        return found->second;
    }

    Result<void> check_size() {
        if (groups_.size() > kGroupsMax || bytes_ > kGroupBytesMax) {
            return fail(Errc::too_large, "the records fall into more groups than can be counted at once: narrow the search, or group by less");
        }
        if (is_percentile(plan_.aggregate) && groups_.size() > kGroupBytesMax / (Quantiles::kExact * sizeof(double))) {
            std::size_t bytes = 0;
            for (const auto& [key, group] : groups_) bytes += group.numbers.quantiles.bytes();
            if (bytes > kGroupBytesMax) return fail(Errc::too_large, "percentiles of so many groups do not fit in memory: narrow the search");
        }
        return {};
    }

    const Plan& plan_;
    RowReader reader_;
    Groups groups_;
    Groups::value_type* last_ = nullptr;  // Nodes of a map stay where they are.
    std::size_t bytes_ = 0;
    std::string key_, scratch_;
};

void merge(Groups& into, Groups&& from) {
    into.merge(from);  // What is new moves over; what is left is there already.
    for (auto& [key, group] : from) {
        auto& have = into.find(key)->second;
        have.count += group.count;
        have.numbers.merge(group.numbers);
    }
}

Stats to_stats(Groups&& groups, const StatsRequest& request) {
    Stats stats;
    for (const auto& [key, group] : groups) stats.total += group.count;
    if (request.by.empty()) {
        if (!groups.empty()) stats.value = groups.begin()->second.numbers.result(request.aggregate);
        return stats;
    }
    std::vector<Groups::value_type*> order;
    for (auto& entry : groups) order.push_back(&entry);
    const auto shown = std::min(request.limit, order.size());
    const auto larger = [](const auto* a, const auto* b) {
        return a->second.count != b->second.count ? a->second.count > b->second.count : parts_of(a->first) < parts_of(b->first);
    };
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown), order.end(), larger);
    stats.other = stats.total;
    for (std::size_t i = 0; i < shown; ++i) {
        auto& [key, group] = *order[i];
        stats.groups.push_back({parts_of(key), group.count, group.numbers.result(request.aggregate)});
        stats.other -= group.count;
    }
    return stats;
}

}  // namespace

Result<Stats> count_groups(Scanner& scanner, const Question& question, const StatsRequest& request, Scanner::Deadline deadline) {
    Plan plan{question.filter(), {}, {}, request.aggregate};
    for (const auto& name : request.by) plan.by.emplace_back(name);
    if (request.aggregate != Aggregate::count) plan.field.emplace(request.field);
    auto counters = scanner.gather<GroupCounter>(question.scans(), plan.columns(), question.limits(), deadline,
                                                 [&] { return std::make_unique<GroupCounter>(plan); });
    if (!counters) return std::unexpected(std::move(counters.error()));
    Groups all;
    for (auto& counter : *counters) merge(all, std::move(counter->groups()));
    return to_stats(std::move(all), request);
}

}  // namespace logchute::store::duck
