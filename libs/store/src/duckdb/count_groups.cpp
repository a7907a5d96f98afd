#include "duckdb/count_groups.hpp"

#include <algorithm>
#include <memory>

#include "duckdb/quantiles.hpp"
#include "duckdb/row_value.hpp"
#include "duckdb/text_map.hpp"

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
    std::unique_ptr<Numbers> numbers;  // None where only records are counted: a million groups then fit in the cache far better.
};

// Keys are the texts of a group behind one another, each with its length in front: any bytes may be in them.
using Groups = TextMap<Group>;

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
            if (const auto number = plan_.field->number(row)) add_number(group, *number);
        }
        if (groups_.size() > kGroupsMax || groups_.key_bytes() + number_bytes_ > kGroupBytesMax) {
            return fail(Errc::too_large,
                        "the records fall into more groups than can be counted at once: narrow the search, or group by less");
        }
        return {};
    }

    [[nodiscard]] Groups& groups() noexcept { return groups_; }

private:
    Group& group_of(const search::Row& row) {
        key_.clear();
        for (const auto& value : plan_.by) append_part(key_, value.text(row, scratch_));
        return groups_[key_];
    }

    void add_number(Group& group, double number) {
        if (!group.numbers) {
            group.numbers = std::make_unique<Numbers>();
            number_bytes_ += sizeof(Numbers);
        }
        auto& numbers = *group.numbers;
        number_bytes_ -= numbers.quantiles.bytes();
        numbers.add(number, plan_.aggregate);
        number_bytes_ += numbers.quantiles.bytes();
    }

    const Plan& plan_;
    RowReader reader_;
    Groups groups_;
    std::size_t number_bytes_ = 0;
    std::string key_, scratch_;
};

void merge(Groups& into, Groups&& from) {
    for (auto& [key, group] : from) {
        auto& have = into[key];
        have.count += group.count;
        if (have.numbers && group.numbers)
            have.numbers->merge(*group.numbers);
        else if (group.numbers)
            have.numbers = std::move(group.numbers);
    }
}

Stats to_stats(Groups&& groups, const StatsRequest& request) {
    Stats stats;
    for (const auto& [key, group] : groups) stats.total += group.count;
    const auto value_of = [&](const Group& group) { return group.numbers ? group.numbers->result(request.aggregate) : std::nullopt; };
    if (request.by.empty()) {
        if (!groups.empty()) stats.value = value_of(groups.begin()->value);
        return stats;
    }
    std::vector<Groups::Entry*> order;
    for (auto& entry : groups) order.push_back(&entry);
    const auto shown = std::min(request.limit, order.size());
    const auto larger = [](const auto* a, const auto* b) {
        return a->value.count != b->value.count ? a->value.count > b->value.count : parts_of(a->key) < parts_of(b->key);
    };
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown), order.end(), larger);
    stats.other = stats.total;
    for (std::size_t i = 0; i < shown; ++i) {
        auto& [key, group] = *order[i];
        stats.groups.push_back({parts_of(key), group.count, value_of(group)});
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
