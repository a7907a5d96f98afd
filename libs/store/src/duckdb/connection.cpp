#include "duckdb/connection.hpp"

#include <chrono>
#include <thread>

namespace logchute::store::duck {

Errc to_errc(duckdb_error_type type) noexcept {
    switch (type) {
        case DUCKDB_ERROR_IO:
        case DUCKDB_ERROR_OUT_OF_MEMORY:
        case DUCKDB_ERROR_TRANSACTION:
        case DUCKDB_ERROR_FATAL:  // The store opens its files again after one.
        case DUCKDB_ERROR_CONNECTION: return Errc::unavailable;
        case DUCKDB_ERROR_INTERRUPT: return Errc::timeout;
        default: return Errc::failed;
    }
}

std::unexpected<Error> failure(duckdb_error_data error) {
    const ErrorPtr owned(error);
    const char* const message = duckdb_error_data_message(error);
    return fail(to_errc(duckdb_error_data_error_type(error)), message != nullptr ? message : "DuckDB gave no reason");
}

namespace {

std::unexpected<Error> failure_of(duckdb_result* result) {
    const char* const message = duckdb_result_error(result);
    return fail(to_errc(duckdb_result_error_type(result)), message != nullptr ? message : "DuckDB gave no reason");
}

}  // namespace

Result<QueryResult> Connection::query(const std::string& sql) {
    QueryResult result;
    if (duckdb_query(handle_.get(), sql.c_str(), result.get()) != DuckDBSuccess) return failure_of(result.get());
    return result;
}

Result<void> Connection::run(const std::string& sql) {
    auto result = query(sql);
    if (!result) return std::unexpected(std::move(result.error()));
    return {};
}

void Connection::roll_back() noexcept {
    QueryResult ignored;
    static_cast<void>(duckdb_query(handle_.get(), "ROLLBACK", ignored.get()));
}

Result<Statement> Statement::prepare(Connection& connection, const std::string& sql) {
    duckdb_prepared_statement raw = nullptr;
    const auto state = duckdb_prepare(connection.get(), sql.c_str(), &raw);
    StatementPtr handle(raw);
    if (state != DuckDBSuccess) {
        const char* const message = raw != nullptr ? duckdb_prepare_error(raw) : nullptr;
        return fail(Errc::failed, message != nullptr ? message : "a statement could not be prepared");
    }
    return Statement(std::move(handle));
}

Statement& Statement::bind(std::uint64_t index, std::uint64_t value) {
    note(duckdb_bind_uint64(handle_.get(), index, value));
    return *this;
}
Statement& Statement::bind(std::uint64_t index, std::int64_t value) {
    note(duckdb_bind_int64(handle_.get(), index, value));
    return *this;
}
Statement& Statement::bind(std::uint64_t index, std::string_view value) {
    note(duckdb_bind_varchar_length(handle_.get(), index, value.data(), value.size()));
    return *this;
}
Statement& Statement::bind_blob(std::uint64_t index, std::string_view value) {
    note(duckdb_bind_blob(handle_.get(), index, value.data(), value.size()));
    return *this;
}

Result<QueryResult> Statement::query() {
    if (!all_bound_) return fail(Errc::failed, "a parameter of a statement was refused");
    QueryResult result;
    if (duckdb_execute_prepared(handle_.get(), result.get()) != DuckDBSuccess) return failure_of(result.get());
    return result;
}

Result<void> Statement::run() {
    auto result = query();
    if (!result) return std::unexpected(std::move(result.error()));
    return {};
}

Result<void> Statement::run_long() {
    if (!all_bound_) return fail(Errc::failed, "a parameter of a statement was refused");
    duckdb_pending_result raw = nullptr;
    const auto state = duckdb_pending_prepared(handle_.get(), &raw);
    const PendingPtr pending(raw);
    if (state != DuckDBSuccess) return fail(Errc::failed, duckdb_pending_error(raw));
    for (auto at = duckdb_pending_execute_task(raw); !duckdb_pending_execution_is_finished(at) && at != DUCKDB_PENDING_ERROR;
         at = duckdb_pending_execute_task(raw)) {
        // DuckDB gives nothing to wait on. Far below what the statement takes, far above what asking costs.
        if (at == DUCKDB_PENDING_NO_TASKS_AVAILABLE) std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    QueryResult result;
    if (duckdb_execute_pending(raw, result.get()) != DuckDBSuccess) return failure_of(result.get());
    return {};
}

TypePtr make_type(ColumnType type) {
    const auto id = [type] {
        switch (type) {
            case ColumnType::u64: return DUCKDB_TYPE_UBIGINT;
            case ColumnType::u32: return DUCKDB_TYPE_UINTEGER;
            case ColumnType::i64: return DUCKDB_TYPE_BIGINT;
            case ColumnType::u8: return DUCKDB_TYPE_UTINYINT;
            case ColumnType::u16: return DUCKDB_TYPE_USMALLINT;
            case ColumnType::text: return DUCKDB_TYPE_VARCHAR;
            case ColumnType::blob: return DUCKDB_TYPE_BLOB;
        }
        return DUCKDB_TYPE_INVALID;
    }();
    return TypePtr(duckdb_create_logical_type(id));
}

std::string sql_literal(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'') out += '\'';
        out += c;
    }
    return out += '\'';
}

}  // namespace logchute::store::duck
