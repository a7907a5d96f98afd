// DuckDB's C handles, each with one owner.
#pragma once

#include <duckdb.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace logchute::store::duck {

/// Frees a handle through the function that wants the address of it, as all of DuckDB's do.
template <auto F>
struct Close {
    template <class T>
    void operator()(T* handle) const noexcept {
        F(&handle);
    }
};

template <class Handle, auto F>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Close<F>>;

using DatabasePtr = Owned<duckdb_database, duckdb_close>;
using ConnectionPtr = Owned<duckdb_connection, duckdb_disconnect>;
using ConfigPtr = Owned<duckdb_config, duckdb_destroy_config>;
using StatementPtr = Owned<duckdb_prepared_statement, duckdb_destroy_prepare>;
using PendingPtr = Owned<duckdb_pending_result, duckdb_destroy_pending>;
using ChunkPtr = Owned<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using TypePtr = Owned<duckdb_logical_type, duckdb_destroy_logical_type>;
using ErrorPtr = Owned<duckdb_error_data, duckdb_destroy_error_data>;
using TableFunctionPtr = Owned<duckdb_table_function, duckdb_destroy_table_function>;
using AggregatePtr = Owned<duckdb_aggregate_function, duckdb_destroy_aggregate_function>;

/// Text that DuckDB allocated.
struct Free {
    void operator()(char* text) const noexcept { duckdb_free(text); }
};
using TextPtr = std::unique_ptr<char, Free>;

/// A result is a struct, not a handle, and must be freed after failures too.
class QueryResult {
public:
    QueryResult() = default;
    QueryResult(QueryResult&& other) noexcept : raw_(std::exchange(other.raw_, {})) {}
    QueryResult& operator=(QueryResult&& other) noexcept {
        std::swap(raw_, other.raw_);
        return *this;
    }
    ~QueryResult() { duckdb_destroy_result(&raw_); }

    [[nodiscard]] duckdb_result* get() noexcept { return &raw_; }
    /// The next chunk of rows; null behind the last.
    [[nodiscard]] ChunkPtr next_chunk() noexcept { return ChunkPtr(duckdb_fetch_chunk(raw_)); }

private:
    duckdb_result raw_{};
};

}  // namespace logchute::store::duck
