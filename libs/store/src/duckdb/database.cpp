#include "duckdb/database.hpp"

#include <stdexcept>

namespace logchute::store::duck {
namespace {

// Never by itself. A checkpoint that fails inside a commit fails the commit, and nobody knows whether the batch is there; so DayFile
// checkpoints on its own, after commits.
constexpr const char* kCheckpointThreshold = "1TiB";
constexpr std::size_t kIdleConnectionsMax = 16;

DatabasePtr open_in_memory(const DuckDbOptions& options) {
    duckdb_config raw_config = nullptr;
    duckdb_create_config(&raw_config);
    const ConfigPtr config(raw_config);
    const auto set = [&](const char* name, const std::string& value) {
        if (duckdb_set_config(config.get(), name, value.c_str()) != DuckDBSuccess) {
            throw std::runtime_error("DuckDB refuses the setting " + std::string(name) + " = " + value);
        }
    };
    set("threads", std::to_string(options.threads));
    set("memory_limit", std::to_string(options.memory_limit_bytes) + "B");
    set("checkpoint_threshold", kCheckpointThreshold);
    set("autoinstall_known_extensions", "false");
    set("autoload_known_extensions", "false");

    duckdb_database raw = nullptr;
    char* raw_error = nullptr;
    const auto state = duckdb_open_ext(nullptr, &raw, config.get(), &raw_error);
    const TextPtr error(raw_error);
    DatabasePtr handle(raw);
    if (state != DuckDBSuccess) throw std::runtime_error("DuckDB does not start: " + std::string(error ? error.get() : "no reason given"));
    return handle;
}

// Without links and dots, so that a file of the folder is seen to be one.
std::filesystem::path plain_path(const std::filesystem::path& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path));
}

}  // namespace

Database::Database(const DuckDbOptions& options) : handle_(open_in_memory(options)) {
    idle_.reserve(kIdleConnectionsMax);  // So that giving back never allocates.
    auto connection = new_connection();
    const auto folder = plain_path(options.path).string();
    for (const auto& sql : {
             "SET temp_directory = ''" + std::string(),  // Nothing we ask spills; what does not fit in memory fails.
             "SET allowed_directories = [" + sql_literal(folder) + "]",
             std::string("SET enable_external_access = false"),
             std::string("SET lock_configuration = true"),
         }) {
        if (auto done = connection.run(sql); !done) throw std::runtime_error("DuckDB refuses " + sql + ": " + done.error().detail);
    }
    give_back(std::move(connection));
}

Connection Database::new_connection() {
    duckdb_connection raw = nullptr;
    if (duckdb_connect(handle_.get(), &raw) != DuckDBSuccess) throw std::runtime_error("DuckDB gives no connection");
    return Connection(ConnectionPtr(raw));
}

Database::Lease Database::connection() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            auto connection = std::move(idle_.back());
            idle_.pop_back();
            return {*this, std::move(connection)};
        }
    }
    return {*this, new_connection()};
}

void Database::give_back(Connection connection) noexcept {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < idle_.capacity()) idle_.push_back(std::move(connection));
}

Result<Attachment> Database::attach(const std::filesystem::path& file, std::string name) {
    // From 1.5 on the file keeps its strings in smaller dictionaries; older DuckDB cannot read it.
    auto done = connection()->run("ATTACH " + sql_literal(plain_path(file).string()) + " AS " + name +
                                  " (STORAGE_VERSION 'v1.5.0', ROW_GROUP_SIZE " + std::to_string(kRowGroupRows) + ")");
    if (!done) return std::unexpected(std::move(done.error()));
    return Attachment(*this, std::move(name));
}

Result<void> Attachment::detach() {
    if (database_ == nullptr) return {};
    // DuckDB lets go of the name before it checkpoints, and a failure of that is a failure of the statement: so the name is what counts. With
    // the checkpoint undone the rows stay in the log, where the next opening finds them.
    const auto sql = "DETACH DATABASE IF EXISTS " + name_;
    auto connection = database_->connection();
    auto done = connection->run(sql);
    if (!done) done = connection->run(sql);
    if (done) database_ = nullptr;
    return done;
}

Attachment::~Attachment() {
    try {
        static_cast<void>(detach());
    } catch (const std::exception&) {  // Nobody to tell; a later attach() says that the file is in use.
    }
}

}  // namespace logchute::store::duck
