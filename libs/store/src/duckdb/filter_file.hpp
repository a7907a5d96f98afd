// The file beside a day's database that holds the filters of its blocks.
//
// A list of records, each a header and the words of one filter, beginning on a page so that it can be mapped. A record is written after the
// commit of the rows it speaks of, and is not flushed: one that is torn by a crash fails its checksum and is made again from the rows. So the
// file never costs a row, only time.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "logchute/core/result.hpp"

namespace logchute::store::duck {

/// What a block is, apart from its terms.
struct BlockSpan {
    std::uint64_t seq_first = 0, seq_last = 0;  ///< Both included.
    std::uint64_t rows = 0;  ///< 0 where nobody counted.
    std::int64_t time_min = INT64_MIN, time_max = INT64_MAX;  ///< Of its rows; of all times where nobody looked.
};

/// The terms of one closed block. Threads: any.
class StoredFilter {
public:
    StoredFilter(std::shared_ptr<const void> memory, std::span<const std::uint64_t> words, std::uint64_t checksum) noexcept
        : memory_(std::move(memory)), words_(words), checksum_(checksum) {}

    /// Looks at the whole filter the first time it is asked. A filter that is not intact must not be probed.
    [[nodiscard]] bool is_intact() const noexcept;
    [[nodiscard]] bool is_known_damaged() const noexcept { return state_.load(std::memory_order_relaxed) == State::damaged; }
    [[nodiscard]] bool may_contain(std::uint64_t hash) const noexcept;

private:
    enum class State : std::uint8_t { unknown, intact, damaged };
    std::shared_ptr<const void> memory_;  // What words_ points into.
    std::span<const std::uint64_t> words_;
    std::uint64_t checksum_;
    mutable std::atomic<State> state_{State::unknown};
};
using FilterPtr = std::shared_ptr<const StoredFilter>;

/// Threads: append() one at a time (it locks).
class FilterFile {
public:
    struct Record {
        BlockSpan span;
        FilterPtr filter;
    };

    /// Opens or creates the file. Everything from the first header on that is not intact is cut off.
    explicit FilterFile(std::filesystem::path path);
    ~FilterFile();
    FilterFile(const FilterFile&) = delete;
    FilterFile& operator=(const FilterFile&) = delete;

    /// The records found when the file was opened, in the order in which they were written.
    [[nodiscard]] std::vector<Record> take_records() { return std::move(records_); }

    /// Writes a filter and gives it back as it lies in the file; in memory where the file cannot be written.
    [[nodiscard]] FilterPtr append(const BlockSpan& span, std::vector<std::uint64_t> words);

private:
    void load();

    std::filesystem::path path_;
    std::mutex mutex_;
    int file_ = -1;
    std::uint64_t end_ = 0;
    std::vector<Record> records_;
};

}  // namespace logchute::store::duck
