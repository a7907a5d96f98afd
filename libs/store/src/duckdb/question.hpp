// What every question begins with: which rows of which days may have an answer.
#pragma once

#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "duckdb/day_file.hpp"
#include "duckdb/row_reader.hpp"
#include "duckdb/scan.hpp"
#include "logchute/core/search/matcher.hpp"
#include "logchute/store/log_reader.hpp"

namespace logchute::store::duck {

/// The records beside one: those of its source, service and host.
struct Neighbourhood {
    std::string source, service, host;
};

/// A search, ready to be asked of rows. Immutable: any thread.
class RowFilter {
public:
    explicit RowFilter(const search::Query& query, std::optional<Neighbourhood> around = std::nullopt);

    [[nodiscard]] ColumnSet columns() const noexcept { return columns_; }
    [[nodiscard]] bool is_everything() const noexcept { return everything_; }
    [[nodiscard]] bool matches(const search::Row& row) const {
        return matcher_.matches(row) &&
               (!around_ || (row.source == around_->source && row.service == around_->service && row.host == around_->host));
    }

private:
    search::Matcher matcher_;
    std::optional<Neighbourhood> around_;
    ColumnSet columns_;
    bool everything_;
};

/// A block that has to be read.
struct Candidate {
    std::uint32_t day = 0;  ///< Index into Question::days().
    BlockSpan span;
};

/// The days as they are when the question is asked: rows that are committed later are not part of it. Keeps their files in use.
class Question {
public:
    Question(const Scope& scope, const std::vector<std::shared_ptr<DayFile>>& days, std::optional<Neighbourhood> around = std::nullopt);

    [[nodiscard]] const RowFilter& filter() const noexcept { return filter_; }
    [[nodiscard]] const RowLimits& limits() const noexcept { return limits_; }
    /// Blocks whose times and terms allow a match, in the order of the files.
    [[nodiscard]] const std::vector<Candidate>& candidates() const noexcept { return candidates_; }
    /// How to read these, or all; neighbours are read as one.
    [[nodiscard]] std::vector<DayScan> scans(std::span<const Candidate> candidates) const;
    [[nodiscard]] std::vector<DayScan> scans() const { return scans(candidates_); }
    /// How to read rows of one day.
    [[nodiscard]] DayScan scan_of(std::uint32_t day, std::vector<RowRange> ranges) const;
    /// How to read one record, wherever it may be.
    [[nodiscard]] std::vector<DayScan> scans_for(std::uint64_t seq, std::uint32_t ord) const;
    /// Rows for each sequence of a day, on average; at least 1.
    [[nodiscard]] std::uint64_t rows_per_sequence(std::uint32_t day) const;
    [[nodiscard]] std::size_t day_count() const noexcept { return days_.size(); }
    /// Whether a filter was found damaged, so that somebody should make it again.
    [[nodiscard]] bool met_damage() const noexcept { return met_damage_; }
    /// Whether one of the days was gone, so that its rows are not part of the question.
    [[nodiscard]] bool missed_a_day() const noexcept { return missed_a_day_; }

private:
    struct OpenDay {
        std::shared_ptr<DayFile> file;
        std::shared_lock<std::shared_mutex> in_use;
        BlockSnapshot blocks;
    };
    void add_candidates(const search::BlockTest& test, std::uint32_t day);
    [[nodiscard]] bool may_match(const search::BlockTest& test, const Block& block);

    RowFilter filter_;
    RowLimits limits_;
    std::vector<OpenDay> days_;
    std::vector<Candidate> candidates_;
    bool met_damage_ = false;
    bool missed_a_day_ = false;
};

}  // namespace logchute::store::duck
