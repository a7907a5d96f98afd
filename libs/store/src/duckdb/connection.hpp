// One connection to DuckDB: running statements, and what their failures mean to us.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "duckdb/handles.hpp"
#include "duckdb/layout.hpp"
#include "logchute/core/result.hpp"

namespace logchute::store::duck {

/// Our code for one of DuckDB's. What may pass by itself (a full disk, no memory, a conflict) is unavailable; an interrupt is a timeout.
[[nodiscard]] Errc to_errc(duckdb_error_type type) noexcept;
[[nodiscard]] std::unexpected<Error> failure(duckdb_error_data error);

/// Threads: one at a time. Lifetime: must end before the database it came from is closed.
class Connection {
public:
    explicit Connection(ConnectionPtr handle) noexcept : handle_(std::move(handle)) {}

    [[nodiscard]] duckdb_connection get() const noexcept { return handle_.get(); }

    /// For statements of our own making alone: never with a text from outside in it.
    [[nodiscard]] Result<void> run(const std::string& sql);
    [[nodiscard]] Result<QueryResult> query(const std::string& sql);
    /// Ends the transaction that is open, if there is one: after many failures there is none any more.
    void roll_back() noexcept;

private:
    ConnectionPtr handle_;
};

/// A statement with parameters. They count from 1.
class Statement {
public:
    [[nodiscard]] static Result<Statement> prepare(Connection& connection, const std::string& sql);

    Statement& bind(std::uint64_t index, std::uint64_t value);
    Statement& bind(std::uint64_t index, std::int64_t value);
    Statement& bind(std::uint64_t index, std::string_view value);
    Statement& bind_blob(std::uint64_t index, std::string_view value);
    [[nodiscard]] Result<QueryResult> query();
    [[nodiscard]] Result<void> run();
    /// The same for a statement of many milliseconds: where one of DuckDB's threads has taken the work over, the caller sleeps until it is
    /// done. run() would ask again and again, at the cost of a core.
    [[nodiscard]] Result<void> run_long();

private:
    explicit Statement(StatementPtr handle) noexcept : handle_(std::move(handle)) {}
    void note(duckdb_state bound) noexcept { all_bound_ = all_bound_ && bound == DuckDBSuccess; }

    StatementPtr handle_;
    bool all_bound_ = true;
};

/// 'text' as a literal of SQL. For the store's own path, the one text that DuckDB takes in no other way.
[[nodiscard]] std::string sql_literal(std::string_view text);

[[nodiscard]] TypePtr make_type(ColumnType type);

/// Reading results: column `column` of a chunk as an array of T, and a text in it.
template <class T>
[[nodiscard]] const T* column_of(duckdb_data_chunk chunk, std::uint64_t column) noexcept {
    return static_cast<const T*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, column)));
}
[[nodiscard]] inline std::string_view view_of(const duckdb_string_t& text) noexcept {
    const auto size = text.value.inlined.length;
    return {size <= sizeof text.value.inlined.inlined ? text.value.inlined.inlined : text.value.pointer.ptr, size};
}

}  // namespace logchute::store::duck
