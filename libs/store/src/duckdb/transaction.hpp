// All or nothing: statements between BEGIN and COMMIT.
#pragma once

#include <utility>

#include "duckdb/connection.hpp"

namespace logchute::store::duck {

/// A transaction on `connection`, rolled back unless it was committed: where a statement fails, and where an exception passes.
/// Threads: the connection's. Lifetime: borrows the connection.
class Transaction {
public:
    [[nodiscard]] static Result<Transaction> begin(Connection& connection) {
        if (auto begun = connection.run("BEGIN TRANSACTION"); !begun) {
            connection.roll_back();  // Where one was open already, so that the next try goes well.
            return std::unexpected(std::move(begun.error()));
        }
        return Transaction(connection);
    }
    Transaction(Transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction() {
        if (connection_ != nullptr) connection_->roll_back();
    }

    /// A commit that fails may have taken place or not, and is rolled back as far as it can be.
    [[nodiscard]] Result<void> commit() {
        auto done = connection_->run("COMMIT");
        if (done) connection_ = nullptr;
        return done;
    }

private:
    explicit Transaction(Connection& connection) noexcept : connection_(&connection) {}
    Connection* connection_;
};

/// Runs `body`, which gives a Result, in a transaction; what it did is undone where it fails, throws, or cannot be committed.
template <class Body>
[[nodiscard]] auto in_transaction(Connection& connection, Body&& body) -> decltype(body()) {
    auto transaction = Transaction::begin(connection);
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    auto done = body();
    if (!done) return done;
    if (auto committed = transaction->commit(); !committed) return std::unexpected(std::move(committed.error()));
    return done;
}

}  // namespace logchute::store::duck
