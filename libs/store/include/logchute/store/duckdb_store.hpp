// The embedded engine: one DuckDB file per UTC day of receipt, owned by one process.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "logchute/store/log_reader.hpp"
#include "logchute/store/log_writer.hpp"

namespace logchute::store {

struct DuckDbOptions {
    std::string path = "data/store";          ///< A folder; created if absent.
    std::uint64_t memory_limit_bytes = 512ULL << 20;
    std::uint32_t threads = 2;                ///< Of DuckDB, for queries.
    std::chrono::nanoseconds retention{0};    ///< See apply_retention(). 0: keep all.
    std::chrono::nanoseconds query_timeout = std::chrono::seconds(30);
};

struct StoreUsage {
    std::uint64_t bytes_on_disk = 0;
    std::uint64_t rows = 0;
    std::uint32_t files = 0;
    std::string oldest_day, newest_day;       ///< "2026-11-21", empty for an empty store.
};

/// Another process owns the store's folder: the one reason not to start that passes by itself.
class StoreOwnedElsewhere : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Threads:  as LogWriter and LogReader say; apply_retention() and usage() from any.
/// Lifetime: the destructor closes all files; no call may be running.
/// Failures: the constructor throws StoreOwnedElsewhere, or std::runtime_error where the folder or a file cannot be used, saying which.
class DuckDbStore final : public LogWriter, public LogReader {
public:
    explicit DuckDbStore(DuckDbOptions options);
    ~DuckDbStore() override;

    [[nodiscard]] std::uint64_t reached() const override;
    [[nodiscard]] Result<void> append(const WriteBatch& batch) override;

    [[nodiscard]] Result<RecordPage> search(const SearchRequest& request) override;
    [[nodiscard]] Result<std::string> record(std::string_view id) override;
    [[nodiscard]] Result<ContextPage> context(std::string_view id, std::size_t before, std::size_t after) override;
    [[nodiscard]] Result<Stats> stats(const StatsRequest& request) override;
    [[nodiscard]] Result<Histogram> histogram(const HistogramRequest& request) override;
    [[nodiscard]] Result<std::vector<FieldInfo>> fields(const Scope& scope) override;
    [[nodiscard]] Result<Tallies> tallies(std::string_view prefix) override;

    /// Deletes the files of days that ended longer than `retention` before `now`; never the newest. Returns how many days are gone.
    /// Failures: unavailable where a day's files cannot be deleted. Nothing of that day is found any more; the next call tries again.
    [[nodiscard]] Result<std::uint32_t> apply_retention(Timestamp now);
    /// Looks at every file, and keeps nobody waiting. Throws std::bad_alloc at most.
    [[nodiscard]] StoreUsage usage() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace logchute::store
