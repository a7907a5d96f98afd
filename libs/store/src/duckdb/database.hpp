// The DuckDB instance of a store: an empty database in memory to which the days' files are attached.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "duckdb/connection.hpp"
#include "logchute/store/duckdb_store.hpp"

namespace logchute::store::duck {

class Database;

/// A file that is attached to the database for as long as this lives.
/// Threads: one at a time. Lifetime: borrows the Database.
class Attachment {
public:
    Attachment(Attachment&& other) noexcept : database_(std::exchange(other.database_, nullptr)), name_(std::move(other.name_)) {}
    Attachment& operator=(Attachment&&) = delete;
    ~Attachment();
    /// Once no statement uses the file any more. What is in its log goes into its tables; where that cannot be done it stays in the log, and
    /// the file is detached all the same. A failure leaves it attached: try again.
    [[nodiscard]] Result<void> detach();

private:
    friend class Database;
    Attachment(Database& database, std::string name) noexcept : database_(&database), name_(std::move(name)) {}
    Database* database_;  // Null once detached.
    std::string name_;
};

/// Threads:  any.
/// Lifetime: outlives every Lease and Attachment it gave.
/// Failures: the constructor throws std::runtime_error.
class Database {
public:
    /// Files of `options.path` can be attached; everything else in the file system, and the network, is out of reach of any statement.
    explicit Database(const DuckDbOptions& options);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// A connection that goes back to the pool when it is let go.
    class Lease {
    public:
        Lease(Database& home, Connection connection) : home_(&home), connection_(std::move(connection)) {}
        Lease(Lease&&) = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease() {
            if (connection_.get() != nullptr) home_->give_back(std::move(connection_));
        }
        Connection& operator*() noexcept { return connection_; }
        Connection* operator->() noexcept { return &connection_; }

    private:
        Database* home_;
        Connection connection_;
    };
    [[nodiscard]] Lease connection();
    [[nodiscard]] Connection new_connection();

    /// Opens `file`, creating it if absent, as the database `name` (one of ours: letters and digits).
    [[nodiscard]] Result<Attachment> attach(const std::filesystem::path& file, std::string name);

private:
    void give_back(Connection connection) noexcept;

    DatabasePtr handle_;
    std::mutex mutex_;
    std::vector<Connection> idle_;  // Guarded by mutex_; closed before handle_.
};

}  // namespace logchute::store::duck
