// The file of one day: its tables, its blocks, its forms, and how far the stream is in it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "duckdb/block_index.hpp"
#include "duckdb/chunk_writer.hpp"
#include "duckdb/database.hpp"
#include "duckdb/forms.hpp"
#include "logchute/store/log_writer.hpp"

namespace logchute::store::duck {

using Day = std::chrono::sys_days;

/// "logs-2026.11.21.duckdb", and the day of such a name.
[[nodiscard]] std::string day_file_name(Day day);
[[nodiscard]] std::optional<Day> day_of_file_name(std::string_view name);

struct KeptTally {
    Tally count;
    Timestamp changed{};  ///< When the bus stored what was counted last.
};
using KeptTallies = std::map<std::string, KeptTally, std::less<>>;

/// What is kept beside the rows. The newest file has it for the whole store.
struct Progress {
    std::uint64_t reached = 0;
    KeptTallies tallies;

    /// After a batch: `changed` are the new totals. Allocates nothing, so that it cannot fail once the batch is on disk.
    void move_on(std::uint64_t to, KeptTallies changed, const std::vector<std::string>& ended) noexcept;
    /// Keys of counts that have reached their age at `now`, see kTallyAges.
    [[nodiscard]] std::vector<std::string> expired(Timestamp now) const;
    /// What a new file begins with: all but what has reached its age when its day begins.
    [[nodiscard]] Progress carried_to(Day day) const;
};

/// Threads:  append() from the writer, the rest from any.
/// Lifetime: borrows the Database; the destructor detaches the file. A reader holds `use()` as long as it asks the database; drop() waits for readers.
class DayFile {
public:
    /// Attaches the file.
    [[nodiscard]] static Result<std::unique_ptr<DayFile>> open(Database& database, const std::filesystem::path& folder, Day day);
    /// Makes the file, with the progress of the store so far.
    [[nodiscard]] static Result<std::unique_ptr<DayFile>> create(Database& database, const std::filesystem::path& folder, Day day,
                                                                 const Progress& carried);

    [[nodiscard]] Day day() const noexcept { return day_; }
    [[nodiscard]] const std::string& database() const noexcept { return name_; }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] const Forms& forms() const noexcept { return forms_; }
    [[nodiscard]] BlockIndex& blocks() noexcept { return *blocks_; }
    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t bytes_on_disk() const;
    [[nodiscard]] Result<Progress> read_progress(Connection& connection) const;

    /// Rows and progress in one transaction. `changed` are the new totals of the tallies that changed, `ended` the keys
    /// of those that end. After a failure nothing of it is there.
    [[nodiscard]] Result<void> append(Connection& connection, ChunkWriter& writer, const WriteBatch& batch, const KeptTallies& changed,
                                      const std::vector<std::string>& ended);
    /// Writes the log's content into the tables. A failure makes the file unusable until it is closed and opened again; no row is lost.
    [[nodiscard]] Result<void> checkpoint(Connection& connection);
    /// Whether the log is large enough for that.
    [[nodiscard]] bool is_checkpoint_due() const;

    /// Held by whoever reads, who then looks whether the file is gone. Never taken twice by one thread: close() would wait for it for ever.
    [[nodiscard]] std::shared_lock<std::shared_mutex> use() {
        const std::lock_guard gate(gate_);
        return std::shared_lock(in_use_);
    }
    [[nodiscard]] bool is_gone() const noexcept { return !attachment_; }
    /// Waits for readers and detaches the database; nobody can use it any more. After a failure it is as before.
    [[nodiscard]] Result<void> close();
    /// The same, and deletes the files. After a failure try again: the file is as before, or gone with some of the files left.
    [[nodiscard]] Result<void> drop();

private:
    DayFile(std::filesystem::path path, Day day, Attachment attachment);
    /// Makes a file with tables, in which all is in its place and nothing in a log.
    [[nodiscard]] static Result<void> make_file(Database& database, const std::filesystem::path& file, const std::string& name,
                                                const Progress& carried);
    [[nodiscard]] static Result<void> create_tables(Connection& connection, const std::string& database, const Progress& carried);
    [[nodiscard]] Result<void> load(Connection& connection);
    [[nodiscard]] Result<ChunkWriter::Written> write(Connection& connection, ChunkWriter& writer, const WriteBatch& batch,
                                                     const KeptTallies& changed, const std::vector<std::string>& ended);
    [[nodiscard]] Result<void> save_tallies(Connection& connection, const KeptTallies& changed, const std::vector<std::string>& ended);
    [[nodiscard]] Result<void> save_forms(Connection& connection);

    const std::filesystem::path path_;
    const Day day_;
    const std::string name_;  // Of the attached database.
    Forms forms_;
    std::uint16_t forms_saved_ = 0;  // The writer's.
    std::unique_ptr<BlockIndex> blocks_;
    std::atomic<std::uint64_t> rows_{0};
    std::mutex gate_;  // Held by who wants in_use_ alone, so that ever new readers cannot keep it out.
    std::shared_mutex in_use_;
    std::optional<Attachment> attachment_;  // Guarded by in_use_; empty once gone.
};

}  // namespace logchute::store::duck
