// How records lie in the files: tables, columns, limits. What is on disk keeps its meaning for ever.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace logchute::store::duck {

// Columns of `logs`, as bits, in the order of the table. `seq` and `ord` name a record for ever and rise together with its place in the
// table, so that DuckDB prunes a range of sequences by the smallest and largest of each row group (a range of rowids it does not prune).
// No column is ever NULL; what is absent is empty.
enum ColumnBit : std::uint16_t {
    kSeqColumn = 1 << 0,      ///< Sequence of the message in the stream.
    kOrdColumn = 1 << 1,      ///< LogRecord::ordinal.
    kTimeColumn = 1 << 2,     ///< Nanoseconds since the epoch.
    kLevelColumn = 1 << 3,    ///< As core numbers levels.
    kFlagsColumn = 1 << 4,    ///< RowFlag
    kSourceColumn = 1 << 5,
    kServiceColumn = 1 << 6,
    kHostColumn = 1 << 7,
    kMessageColumn = 1 << 8,
    kTagsColumn = 1 << 9,
    kFieldsColumn = 1 << 10,
    kFormColumn = 1 << 11,    ///< How the line is rebuilt from the other columns (see form.hpp); 0: it is in `raw`.
    kRawColumn = 1 << 12,
};
using ColumnSet = std::uint16_t;
inline constexpr std::size_t kColumnCount = 13;
inline constexpr ColumnSet kKeyColumns = kSeqColumn | kOrdColumn | kTimeColumn;
/// What a line is rebuilt from.
inline constexpr ColumnSet kLineColumns =
    kTimeColumn | kServiceColumn | kHostColumn | kMessageColumn | kTagsColumn | kFieldsColumn | kFormColumn | kRawColumn;
/// What a record is shown from.
inline constexpr ColumnSet kRecordColumns =
    kKeyColumns | kLevelColumn | kFlagsColumn | kSourceColumn | kServiceColumn | kHostColumn | kMessageColumn | kTagsColumn | kFieldsColumn;

enum class ColumnType : std::uint8_t { u64, u32, i64, u8, u16, text, blob };
struct ColumnSpec {
    const char* name;
    ColumnType type;
    const char* sql;
};
// zstd for the texts that differ from row to row: DuckDB would choose its dictionaries (dict_fsst), which cost a sixth more to write and
// 48 bytes a record instead of 34, and are slower to read where all of a column is. docs/performance.md has the figures.
inline constexpr std::array<ColumnSpec, kColumnCount> kColumns{{
    {"seq", ColumnType::u64, "UBIGINT"},
    {"ord", ColumnType::u32, "UINTEGER"},
    {"ts", ColumnType::i64, "BIGINT"},
    {"level", ColumnType::u8, "UTINYINT"},
    {"flags", ColumnType::u8, "UTINYINT"},
    {"source", ColumnType::text, "VARCHAR"},
    {"service", ColumnType::text, "VARCHAR"},
    {"host", ColumnType::text, "VARCHAR"},
    {"message", ColumnType::text, "VARCHAR USING COMPRESSION zstd"},
    {"tags", ColumnType::text, "VARCHAR"},
    {"fields", ColumnType::text, "VARCHAR USING COMPRESSION zstd"},
    {"form", ColumnType::u16, "USMALLINT"},
    {"raw", ColumnType::blob, "BLOB"},
}};

enum RowFlag : std::uint8_t { kTimestampIsReceipt = 1, kHasRejected = 2 };

/// DuckDB's row groups. A batch of two or more is compressed and written to its place at once; what is smaller goes through the log and is
/// compressed with a later checkpoint, for twice the work. DuckDB's own 122,880 took 1.6 times the time for batches of 100,000 records, and
/// saved 10 % of the space.
inline constexpr std::uint64_t kRowGroupRows = 20'480;
/// Rows of one block, the unit that a search reads or leaves out. A batch is never cut, so that a block may have as many rows as the largest
/// batch.
inline constexpr std::uint64_t kBlockRows = 122'880;
static_assert(kRowGroupRows % 2048 == 0 && kBlockRows % kRowGroupRows == 0);
/// Distinct terms after which a block ends early: with eight bytes each while it is open, 32 MiB.
inline constexpr std::size_t kBlockTermsMax = 4U << 20;
/// Line forms kept per day; lines of further forms keep their bytes.
inline constexpr std::size_t kFormsMax = 4096;
inline constexpr std::size_t kFormBytesMax = 2048;
static_assert(kFormsMax < 0x10000, "a form's number is a USMALLINT");

}  // namespace logchute::store::duck
