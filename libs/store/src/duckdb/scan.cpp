#include "duckdb/scan.hpp"

#include <algorithm>
#include <exception>
#include <span>

namespace logchute::store::duck {
namespace {

// Ranges in one statement. Planning one costs about 0.1 ms and they run side by side.
constexpr std::size_t kRangesPerQuery = 16;
constexpr const char* kTooLong = "the search took too long: narrow it, in time or by service";

bool has_column(ColumnSet columns, std::size_t i) { return ((std::uint32_t{columns} >> i) & 1U) != 0; }

std::string column_list(ColumnSet columns) {
    std::string list;
    for (std::size_t i = 0; i < kColumnCount; ++i) {
        if (!has_column(columns, i)) continue;
        if (!list.empty()) list += ',';
        list += kColumns[i].name;
    }
    return list;
}

std::string conditions(const RowRange& range, const RowLimits& limits) {
    std::string sql = " WHERE seq>=" + std::to_string(range.seq_first) + " AND seq<=" + std::to_string(range.seq_last);
    const auto time_min = std::max(range.time_min, limits.time_min);
    const auto time_max = std::min(range.time_max, limits.time_max);
    // The smallest number of 64 bits is no literal of BIGINT. As the least time it is no limit.
    if (time_min != INT64_MIN) sql += " AND ts>=" + std::to_string(time_min);
    if (time_max != INT64_MAX)
        sql += time_max == INT64_MIN ? " AND ts<" + std::to_string(INT64_MIN + 1) : " AND ts<=" + std::to_string(time_max);
    if (range.ord_first != 0) sql += " AND ord>=" + std::to_string(range.ord_first);
    if (range.ord_last != UINT32_MAX) sql += " AND ord<=" + std::to_string(range.ord_last);
    if (limits.levels != RowLimits::kAnyLevel) {
        std::string list;
        for (unsigned level = 0; level < 8; ++level) {
            if ((limits.levels >> level & 1U) != 0) list += (list.empty() ? "" : ",") + std::to_string(level);
        }
        sql += list.empty() ? " AND false" : " AND level IN (" + list + ")";
    }
    return sql;
}

std::string scan_sql(const std::string& function, std::uint64_t handle, const DayScan& day, std::span<const RowRange> ranges,
                     ColumnSet columns, const RowLimits& limits) {
    const auto list = column_list(columns);
    std::string sql = "SELECT " + function + "(" + std::to_string(handle) + "::UBIGINT," + list + ") FROM (";
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        if (i != 0) sql += " UNION ALL ";
        sql += "SELECT " + list + " FROM " + day.database + ".main.logs" + conditions(ranges[i], limits);
    }
    return sql + ")";
}

void point_at_columns(Rows& rows, ColumnSet columns, duckdb_data_chunk chunk) {
    std::uint64_t at = 1;  // Behind the handle.
    const auto next = [&]<class T>(ColumnBit bit, const T*& column) {
        column = (columns & bit) != 0 ? column_of<T>(chunk, at++) : nullptr;
    };
    next(kSeqColumn, rows.seq);
    next(kOrdColumn, rows.ord);
    next(kTimeColumn, rows.time);
    next(kLevelColumn, rows.level);
    next(kFlagsColumn, rows.flags);
    next(kSourceColumn, rows.source);
    next(kServiceColumn, rows.service);
    next(kHostColumn, rows.host);
    next(kMessageColumn, rows.message);
    next(kTagsColumn, rows.tags);
    next(kFieldsColumn, rows.fields);
    next(kFormColumn, rows.form);
    next(kRawColumn, rows.raw);
}

}  // namespace

// What an aggregate's callbacks know of the function they belong to.
struct Scanner::Function {
    Scanner* scanner;
    ColumnSet columns;
};

// One statement on its way.
struct Scanner::Running {
    const DayScan& day;
    Deadline deadline;
    const std::function<Accumulator*()>& make;
    std::mutex mutex;
    std::optional<Error> error;  // Guarded by mutex; the first one.

    void fail(Error why) {
        const std::lock_guard lock(mutex);
        if (!error) error = std::move(why);
    }
};

// Keeps a statement findable while it runs.
class Scanner::Registration {
public:
    Registration(Scanner& scanner, Running& running) : scanner_(scanner) {
        const std::lock_guard lock(scanner_.mutex_);
        handle_ = scanner_.next_handle_++;
        scanner_.running_.emplace(handle_, &running);
    }
    ~Registration() {
        const std::lock_guard lock(scanner_.mutex_);
        scanner_.running_.erase(handle_);
    }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;
    [[nodiscard]] std::uint64_t handle() const noexcept { return handle_; }

private:
    Scanner& scanner_;
    std::uint64_t handle_;
};

Scanner::Running* Scanner::find(std::uint64_t handle) {
    const std::lock_guard lock(mutex_);
    const auto found = running_.find(handle);
    return found == running_.end() ? nullptr : found->second;
}

namespace {

// A state is a pointer to the accumulator of its thread. Accumulators belong to the caller of the scan, so nothing is freed or combined here.
struct State {
    Accumulator* accumulator;
};
State* to_state(duckdb_aggregate_state state) { return static_cast<State*>(static_cast<void*>(state)); }

idx_t state_size(duckdb_function_info) { return sizeof(State); }
void init(duckdb_function_info, duckdb_aggregate_state state) { to_state(state)->accumulator = nullptr; }
void combine(duckdb_function_info, duckdb_aggregate_state*, duckdb_aggregate_state*, idx_t) {}
void finalize(duckdb_function_info, duckdb_aggregate_state*, duckdb_vector result, idx_t count, idx_t offset) {
    auto* const values = static_cast<std::uint64_t*>(duckdb_vector_get_data(result));
    std::fill_n(values + offset, count, 0);
}

}  // namespace

void Scanner::update(duckdb_function_info info, duckdb_data_chunk chunk, duckdb_aggregate_state* states) {
    const auto* const function = static_cast<const Function*>(duckdb_aggregate_function_get_extra_info(info));
    const auto count = duckdb_data_chunk_get_size(chunk);
    if (count == 0) return;
    Running* const running = function->scanner->find(*column_of<std::uint64_t>(chunk, 0));
    if (running == nullptr) return duckdb_aggregate_function_set_error(info, "no such scan");
    const auto stop = [&](Error why) {
        running->fail(std::move(why));
        duckdb_aggregate_function_set_error(info, "stopped");
    };
    if (std::chrono::steady_clock::now() > running->deadline) return stop({Errc::timeout, kTooLong});
    try {
        auto* const state = to_state(states[0]);  // Without groups all rows of a thread have the same state.
        if (state->accumulator == nullptr) state->accumulator = running->make();
        Rows rows;
        rows.count = count;
        rows.forms = running->day.forms;
        rows.day = running->day.day;
        point_at_columns(rows, function->columns, chunk);
        if (auto taken = state->accumulator->take(rows); !taken) stop(std::move(taken.error()));
    } catch (const std::exception& error) {  // No exception may pass through DuckDB.
        stop({Errc::failed, error.what()});
    }
}

Result<std::string> Scanner::function_for(Connection& connection, ColumnSet columns) {
    const auto name = "logchute_scan_" + std::to_string(columns);
    const std::lock_guard lock(mutex_);
    if (functions_.contains(columns)) return name;

    const AggregatePtr function(duckdb_create_aggregate_function());
    duckdb_aggregate_function_set_name(function.get(), name.c_str());
    const auto u64 = make_type(ColumnType::u64);
    duckdb_aggregate_function_add_parameter(function.get(), u64.get());
    for (std::size_t i = 0; i < kColumnCount; ++i) {
        if (!has_column(columns, i)) continue;
        const auto type = make_type(kColumns[i].type);
        duckdb_aggregate_function_add_parameter(function.get(), type.get());
    }
    duckdb_aggregate_function_set_return_type(function.get(), u64.get());
    duckdb_aggregate_function_set_special_handling(function.get());
    duckdb_aggregate_function_set_functions(function.get(), state_size, init, update, combine, finalize);
    duckdb_aggregate_function_set_extra_info(function.get(), new Function{this, columns},
                                             [](void* memory) { delete static_cast<Function*>(memory); });
    if (duckdb_register_aggregate_function(connection.get(), function.get()) != DuckDBSuccess) {
        return fail(Errc::failed, "DuckDB does not take the function " + name);
    }
    functions_.insert(columns);
    return name;
}

Result<void> Scanner::scan(const std::vector<DayScan>& days, ColumnSet columns, const RowLimits& limits, Deadline deadline,
                           const std::function<Accumulator*()>& make) {
    auto connection = database_.connection();
    const auto function = function_for(*connection, columns);
    if (!function) return std::unexpected(function.error());
    for (const auto& day : days) {
        for (std::size_t at = 0; at < day.ranges.size(); at += kRangesPerQuery) {
            if (std::chrono::steady_clock::now() > deadline) return fail(Errc::timeout, kTooLong);
            const auto ranges = std::span(day.ranges).subspan(at, std::min(kRangesPerQuery, day.ranges.size() - at));
            Running running{day, deadline, make, {}, {}};
            const Registration registration(*this, running);
            const auto result = connection->query(scan_sql(*function, registration.handle(), day, ranges, columns, limits));
            if (running.error) return std::unexpected(std::move(*running.error));
            if (!result) return std::unexpected(result.error());
        }
    }
    return {};
}

}  // namespace logchute::store::duck
