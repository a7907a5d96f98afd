// Making block filters from the rows, where the file beside the database lacks them.
#pragma once

#include "duckdb/day_file.hpp"
#include "duckdb/scan.hpp"

namespace logchute::store::duck {

/// Threads: one at a time for a day.
/// Gives the first block without a filter its filter; cuts it to size before, where it is many blocks. False when there was none.
[[nodiscard]] Result<bool> repair_one_block(Scanner& scanner, DayFile& day);

/// Makes the last rows, those of the block that was open when the store was closed, the open block again. Before the first batch.
[[nodiscard]] Result<void> reopen_last_block(Scanner& scanner, DayFile& day);

}  // namespace logchute::store::duck
