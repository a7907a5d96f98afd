// The DuckDB instance of a store: an empty database in memory to which the days' files are attached.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "duckdb/connection.hpp"
#include "logchute/store/duckdb_store.hpp"

namespace logchute::store::duck {

/// Threads:  any.
/// Lifetime: outlives every Lease it gave.
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
    [[nodiscard]] Result<void> attach(const std::filesystem::path& file, const std::string& name);
    /// Once no statement uses it any more. Checkpoints it.
    [[nodiscard]] Result<void> detach(const std::string& name);

private:
    void give_back(Connection connection);

    DatabasePtr handle_;
    std::mutex mutex_;
    std::vector<Connection> idle_;  // Guarded by mutex_; closed before handle_.
};

}  // namespace logchute::store::duck
