// Finding records in a store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logchute/core/result.hpp"
#include "logchute/core/search/query.hpp"
#include "logchute/core/time.hpp"
#include "logchute/store/log_writer.hpp"

namespace logchute::store {

/// What a search is about; shared by all questions.
struct Scope {
    search::Query query;
    TimeRange range;
};

enum class Order : std::uint8_t { newest_first, oldest_first };

struct SearchRequest {
    Scope scope;
    std::size_t limit = 100;   ///< 1 to kSearchLimitMax.
    Order order = Order::newest_first;
    std::string cursor;        ///< Of the page before; empty for the first.
};
inline constexpr std::size_t kSearchLimitMax = 100'000;

/// Records as JSON lines (append_record_json, with `id` and `source`), because everyone who asks for records prints them: so they pass
/// through the bus and the dashboard as they are.
struct RecordPage {
    std::string lines;
    std::size_t count = 0;
    std::string next_cursor;  ///< Empty on the last page.
};

struct ContextPage {
    RecordPage before;  ///< Oldest first, the nearest last.
    std::string record; ///< The record itself, a JSON line.
    RecordPage after;   ///< Oldest first, the nearest first.
};

enum class Aggregate : std::uint8_t { count, sum, avg, min, max, p50, p90, p95, p99 };
[[nodiscard]] std::optional<Aggregate> parse_aggregate(std::string_view name) noexcept;  ///< "sum", ..., "p99"

struct StatsRequest {
    Scope scope;
    std::vector<std::string> by;   ///< service, host, level, source, or the name of a tag or field as in a search. Up to 4.
    std::size_t limit = 10;        ///< Groups, the largest by count first (ties by key).
    Aggregate aggregate = Aggregate::count;
    std::string field;             ///< What to aggregate, named as in a search; needed unless count.
};
struct StatsGroup {
    std::vector<std::string> key;  ///< One text for each of `by`; records without it are grouped under "".
    std::uint64_t count = 0;
    std::optional<double> value;   ///< Empty for count, and where no record of the group has the field as a number.
};
struct Stats {
    std::uint64_t total = 0;
    std::uint64_t other = 0;       ///< Records in groups beyond the limit.
    std::optional<double> value;   ///< Over all, without `by`.
    std::vector<StatsGroup> groups;
};

struct HistogramRequest {
    Scope scope;                   ///< Open ends: from the first to the last record that matches.
    nanoseconds step = std::chrono::minutes(1);
    std::string by;                ///< As in StatsRequest; empty: one series with key "".
};
struct HistogramSeries {
    std::string key;
    std::vector<std::uint64_t> counts;  ///< One for each step.
};
struct Histogram {
    Timestamp first{};             ///< Start of the first step, a multiple of `step` since the epoch.
    std::uint64_t total = 0;
    std::vector<HistogramSeries> series;  ///< At most kHistogramSeriesMax, the largest; what is beyond is summed up under "_other".
};
inline constexpr std::size_t kHistogramStepsMax = 11'000;
inline constexpr std::size_t kHistogramSeriesMax = 100;

struct FieldValue {
    std::string value;
    std::uint64_t count = 0;
};
struct FieldInfo {
    std::string name;      ///< Dotted for nested fields.
    std::string kind;      ///< "field", "tag", or "record" for service, host, level, source.
    std::string type;      ///< "string", "number", "boolean", "object", "array", "null", or "mixed".
    std::uint64_t count = 0;
    std::vector<FieldValue> top;   ///< Up to 10.
};

/// Threads:  any, at once.
/// Failures: invalid (a cursor that is none, too many steps), not_found (an id), unavailable and timeout (the store is away or slow).
class LogReader {
public:
    virtual ~LogReader() = default;
    [[nodiscard]] virtual Result<RecordPage> search(const SearchRequest& request) = 0;
    [[nodiscard]] virtual Result<std::string> record(std::string_view id) = 0;  ///< A JSON line.
    [[nodiscard]] virtual Result<ContextPage> context(std::string_view id, std::size_t before, std::size_t after) = 0;
    [[nodiscard]] virtual Result<Stats> stats(const StatsRequest& request) = 0;
    [[nodiscard]] virtual Result<Histogram> histogram(const HistogramRequest& request) = 0;
    [[nodiscard]] virtual Result<std::vector<FieldInfo>> fields(const Scope& scope) = 0;
    /// The counts kept beside the rows whose keys begin with `prefix`.
    [[nodiscard]] virtual Result<Tallies> tallies(std::string_view prefix) = 0;
};

}  // namespace logchute::store
