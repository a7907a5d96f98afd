// Reading rows in bulk: DuckDB finds, decompresses and hands out columns on its threads, and code of ours looks at them.
//
// A scan is a query with an aggregate function of ours over the columns that are wanted. DuckDB gives every thread a state of its own; a state
// of ours is an Accumulator, which takes rows in chunks. All that a search means (matching, grouping, counting) is thus in one place, in C++,
// and no text of a user's ever becomes SQL: the statements consist of our column names and of integers.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "duckdb/database.hpp"
#include "duckdb/forms.hpp"
#include "duckdb/layout.hpp"
#include "logchute/core/result.hpp"

namespace logchute::store::duck {

/// A chunk of rows. Columns that were not asked for are null. Valid during Accumulator::take() alone.
struct Rows {
    std::size_t count = 0;
    const std::uint64_t* seq = nullptr;
    const std::uint32_t* ord = nullptr;
    const std::int64_t* time = nullptr;
    const std::uint8_t* level = nullptr;
    const std::uint8_t* flags = nullptr;
    const duckdb_string_t* source = nullptr;
    const duckdb_string_t* service = nullptr;
    const duckdb_string_t* host = nullptr;
    const duckdb_string_t* message = nullptr;
    const duckdb_string_t* tags = nullptr;
    const duckdb_string_t* fields = nullptr;
    const std::uint16_t* form = nullptr;
    const duckdb_string_t* raw = nullptr;
    const Forms* forms = nullptr;  ///< Of the rows' day.
    std::uint32_t day = 0;  ///< DayScan::day
};

/// What one thread gathers of a scan.
class Accumulator {
public:
    virtual ~Accumulator() = default;
    /// An error ends the scan.
    [[nodiscard]] virtual Result<void> take(const Rows& rows) = 0;
};

/// Rows to read: a range of sequences, which DuckDB finds without looking at the rest, and what else is known of them. All ends included.
struct RowRange {
    std::uint64_t seq_first = 0, seq_last = UINT64_MAX;
    std::uint32_t ord_first = 0, ord_last = UINT32_MAX;
    std::int64_t time_min = INT64_MIN, time_max = INT64_MAX;
};

/// Rows of one day.
struct DayScan {
    std::string database;
    const Forms* forms = nullptr;
    std::uint32_t day = 0;  ///< Comes back in Rows; for the caller's use.
    std::vector<RowRange> ranges;  ///< In order, without overlap. Many are cheaper than one that spans what need not be read.
};

/// Conditions on every row, which DuckDB checks before it reads further columns.
struct RowLimits {
    std::int64_t time_min = INT64_MIN, time_max = INT64_MAX;  ///< Both included.
    std::uint8_t levels = kAnyLevel;  ///< A bit for each Level that may be.
    static constexpr std::uint8_t kAnyLevel = 0xff;
};

/// Threads:  any.
/// Lifetime: borrows the Database. Ends after every scan.
class Scanner {
public:
    Scanner(Database& database, std::chrono::nanoseconds timeout) noexcept : database_(database), timeout_(timeout) {}
    Scanner(const Scanner&) = delete;
    Scanner& operator=(const Scanner&) = delete;

    using Deadline = std::chrono::steady_clock::time_point;
    [[nodiscard]] Deadline deadline() const { return std::chrono::steady_clock::now() + timeout_; }

    /// Reads `columns` of the rows of `days` within `limits`. Accumulators come from `make`, which must be callable from any thread, and
    /// stay with the caller of `make`. Returns once all is read.
    /// Failures: timeout; what an accumulator failed with; unavailable and failed from DuckDB.
    [[nodiscard]] Result<void> scan(const std::vector<DayScan>& days, ColumnSet columns, const RowLimits& limits, Deadline deadline,
                                    const std::function<Accumulator*()>& make);

    /// The same, with accumulators made by `make` and given back.
    template <class A, class Make>
    [[nodiscard]] Result<std::vector<std::unique_ptr<A>>> gather(const std::vector<DayScan>& days, ColumnSet columns,
                                                                 const RowLimits& limits, Deadline deadline, Make&& make) {
        std::mutex mutex;
        std::vector<std::unique_ptr<A>> all;
        auto done = scan(days, columns, limits, deadline, [&]() -> Accumulator* {
            std::unique_ptr<A> one = make();
            const std::lock_guard lock(mutex);
            all.push_back(std::move(one));
            return all.back().get();
        });
        if (!done) return std::unexpected(std::move(done.error()));
        return all;
    }

private:
    struct Running;
    struct Function;
    class Registration;

    [[nodiscard]] Result<std::string> function_for(Connection& connection, ColumnSet columns);
    [[nodiscard]] Running* find(std::uint64_t handle);
    static void update(duckdb_function_info info, duckdb_data_chunk chunk, duckdb_aggregate_state* states);

    Database& database_;
    const std::chrono::nanoseconds timeout_;
    std::mutex mutex_;
    // Guarded by mutex_.
    std::set<ColumnSet> functions_;  // Those that DuckDB knows already.
    std::unordered_map<std::uint64_t, Running*> running_;
    std::uint64_t next_handle_ = 1;
};

}  // namespace logchute::store::duck
