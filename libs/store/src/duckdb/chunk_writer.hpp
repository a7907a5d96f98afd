// From records to rows: a table function of ours that DuckDB inserts from.
//
// DuckDB's appender would do, and costs a quarter more: it copies every chunk into a collection of its own before it runs the very same
// insert, and waits for it in a loop that takes a core.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "duckdb/connection.hpp"
#include "duckdb/form.hpp"
#include "duckdb/forms.hpp"
#include "duckdb/term_set.hpp"
#include "logchute/core/search/matcher.hpp"
#include "logchute/store/log_writer.hpp"

namespace logchute::store::duck {

/// One a writer; its memory is reused from batch to batch. The chunks point into the records: nothing is copied but by DuckDB.
/// Threads:  write() from one at a time; DuckDB may fill chunks on a thread of its own meanwhile.
/// Lifetime: outlives the Database's last use of it: write() has returned.
class ChunkWriter {
public:
    /// Makes the table function known to the database of `connection`. Throws std::runtime_error.
    explicit ChunkWriter(Connection& connection);
    ChunkWriter(const ChunkWriter&) = delete;
    ChunkWriter& operator=(const ChunkWriter&) = delete;

    struct Written {
        std::uint64_t rows = 0;
        std::int64_t time_min = INT64_MAX, time_max = INT64_MIN;
    };
    /// Appends all records to `logs` of `database`, within the connection's transaction. Terms go to `terms`, forms to `forms`.
    [[nodiscard]] Result<Written> write(Connection& connection, const std::string& database, std::span<const MessageRecords> messages,
                                        Forms& forms, TermSet& terms);

private:
    static void produce(duckdb_function_info info, duckdb_data_chunk chunk);
    void fill(duckdb_data_chunk chunk);
    void add(const MessageRecords& message, const LogRecord& record);
    void set_text(std::size_t column, std::string_view text);
    /// `text` itself where it is UTF-8, as DuckDB insists; else a copy that is.
    [[nodiscard]] std::string_view checked(std::string_view text);

    // What is being written, and how far it is.
    std::span<const MessageRecords> messages_;
    std::size_t next_message_ = 0, next_record_ = 0;
    Forms* forms_ = nullptr;
    TermSet* terms_ = nullptr;

    std::array<void*, kColumnCount> columns_{};  // Of the chunk at hand.
    std::size_t rows_ = 0;
    std::deque<std::string> mended_;  // Texts that the chunk points to and the batch does not own.
    FormMaker form_maker_;
    std::vector<std::uint64_t> hashes_;
    Written written_;
};

}  // namespace logchute::store::duck
