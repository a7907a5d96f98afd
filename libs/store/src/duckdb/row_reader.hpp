// Rows of a scan as core's search and people see them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "duckdb/form.hpp"
#include "duckdb/scan.hpp"
#include "logchute/core/log_record.hpp"
#include "logchute/core/search/matcher.hpp"

namespace logchute::store::duck {

/// The columns that `needs` (bits of search::Column) stands for.
[[nodiscard]] ColumnSet columns_of(std::uint8_t needs) noexcept;

/// One a thread; what it gives is valid until its next call.
class RowReader {
public:
    /// What of row `i` is among the columns of the scan; `raw` where all of kLineColumns is.
    [[nodiscard]] search::Row row(const Rows& rows, std::size_t i);
    /// The line that row `i` came from.
    [[nodiscard]] std::string_view line(const Rows& rows, std::size_t i);
    /// For kRecordColumns; without the line.
    [[nodiscard]] static LogRecord record(const Rows& rows, std::size_t i);

private:
    TimeWriter times_;
    std::string line_;
};

}  // namespace logchute::store::duck
