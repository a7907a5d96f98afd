// From records to rows: fills DuckDB's column chunks and hands them to an appender.
#pragma once

#include <cstdint>
#include <deque>
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
class ChunkWriter {
public:
    ChunkWriter();

    struct Written {
        std::uint64_t rows = 0;
        std::int64_t time_min = INT64_MAX, time_max = INT64_MIN;
    };
    /// Appends all records to `table` of `database`, within the connection's transaction. Terms go to `terms`, forms to `forms`.
    [[nodiscard]] Result<Written> write(Connection& connection, const std::string& database, std::span<const MessageRecords> messages,
                                        Forms& forms, TermSet& terms);

private:
    void add(const MessageRecords& message, const LogRecord& record, Forms& forms, TermSet& terms);
    void set_text(std::size_t column, std::string_view text);
    /// `text` itself where it is UTF-8, as DuckDB insists; else a copy that is.
    [[nodiscard]] std::string_view checked(std::string_view text);
    [[nodiscard]] Result<void> flush(duckdb_appender appender);
    void begin_chunk();

    ChunkPtr chunk_;
    std::vector<void*> columns_;  // Of chunk_; they move when it is reset.
    std::size_t rows_ = 0;
    std::deque<std::string> mended_;  // Texts that the chunk points to and the batch does not own.
    FormMaker form_maker_;
    std::vector<std::uint64_t> hashes_;
    Written written_;
};

}  // namespace logchute::store::duck
