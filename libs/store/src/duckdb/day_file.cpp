#include "duckdb/day_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>

#include "duckdb/layout.hpp"
#include "duckdb/transaction.hpp"
#include "logchute/core/time.hpp"

namespace logchute::store::duck {
namespace {

constexpr std::string_view kPrefix = "logs-";
constexpr std::string_view kSuffix = ".duckdb";
constexpr const char* kUnfinished = ".new";
// A larger log compresses each block of rows fewer times (one that is not full is rewritten at each checkpoint), but what is in it is in
// memory as well, as rows that are not compressed: four bytes for one of the log after a start that replayed it, and as much again while it
// is checkpointed. 64 MiB did not fit into the default memory_limit together with a search; 24 MiB is as fast and takes 190 MB.
constexpr std::uint64_t kLogBytesMax = 24U << 20;
constexpr std::uint64_t kLayoutVersion = 1;

std::string day_text(Day day, char separator) { return format_day(Timestamp{day}, separator); }

std::filesystem::path sibling(const std::filesystem::path& file, const char* extension) {
    auto path = file;
    return path.replace_extension(extension);
}
std::filesystem::path filters_of(const std::filesystem::path& file) { return sibling(file, ".filters"); }
std::filesystem::path log_of(const std::filesystem::path& file) { return file.string() + ".wal"; }

std::string database_name(Day day) {
    std::string name = "d";
    for (const char c : day_text(day, '.')) {
        if (c != '.') name += c;
    }
    return name;
}

Result<void> remove_files(const std::filesystem::path& file) {
    for (const auto& path : {file, log_of(file), filters_of(file)}) {
        std::error_code problem;
        std::filesystem::remove(path, problem);
        if (problem) return fail(Errc::unavailable, path.string() + " cannot be deleted: " + problem.message());
    }
    return {};
}

Result<void> rename_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::error_code problem;
    std::filesystem::rename(from, to, problem);
    if (problem) return fail(Errc::unavailable, to.string() + " cannot be made: " + problem.message());
    const int folder = ::open(to.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return fail(Errc::unavailable, to.parent_path().string() + " cannot be flushed");
    const bool flushed = ::fsync(folder) == 0;
    ::close(folder);
    return flushed ? Result<void>{} : fail(Errc::unavailable, to.parent_path().string() + " cannot be flushed");
}

// Adds rows to the table of tallies.
class TallyInsert {
public:
    TallyInsert(Connection& connection, const std::string& database)
        : statement_(Statement::prepare(connection, "INSERT INTO " + database + ".main.tallies VALUES (?, ?, ?, ?, ?, ?)")) {}

    [[nodiscard]] Result<void> run(std::string_view key, const KeptTally& tally) {
        if (!statement_) return std::unexpected(statement_.error());
        return statement_->bind(1, key)
            .bind(2, tally.count.stored)
            .bind(3, tally.count.dead_lettered)
            .bind(4, tally.count.received)
            .bind(5, tally.count.dropped)
            .bind(6, to_nanos(tally.changed))
            .run();
    }

private:
    Result<Statement> statement_;
};

}  // namespace

std::string day_file_name(Day day) { return std::string(kPrefix) + day_text(day, '.') + std::string(kSuffix); }

std::optional<Day> day_of_file_name(std::string_view name) {
    if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix) || name.size() != kPrefix.size() + 10 + kSuffix.size()) return std::nullopt;
    const auto text = name.substr(kPrefix.size(), 10);
    const auto number = [&](std::size_t at, std::size_t size) {
        int value = -1;
        const auto* const begin = text.data() + at;
        const auto [end, problem] = std::from_chars(begin, begin + size, value);
        return problem == std::errc{} && end == begin + size ? value : -1;
    };
    const std::chrono::year_month_day date{std::chrono::year{number(0, 4)}, std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                           std::chrono::day{static_cast<unsigned>(number(8, 2))}};
    if (!date.ok() || date.year() < std::chrono::year{1970} || date.year() > std::chrono::year{2261}) return std::nullopt;
    const Day day{date};
    return day_file_name(day) == name ? std::optional(day) : std::nullopt;
}

void Progress::move_on(std::uint64_t to, KeptTallies changed, const std::vector<std::string>& ended) noexcept {
    reached = to;
    for (const auto& key : ended) tallies.erase(key);
    tallies.merge(changed);  // The nodes of keys that are new; those known before stay behind.
    for (const auto& [key, total] : changed) tallies.find(key)->second = total;
}

std::vector<std::string> Progress::expired(Timestamp now) const {
    std::vector<std::string> keys;
    for (const auto& [prefix, age] : kTallyAges)
        for (auto at = tallies.lower_bound(prefix); at != tallies.end() && at->first.starts_with(prefix); ++at)
            if (at->second.changed < now - age) keys.push_back(at->first);
    return keys;
}

Progress Progress::carried_to(Day day) const {
    Progress carried = *this;
    for (const auto& key : expired(Timestamp{day})) carried.tallies.erase(key);
    return carried;
}

DayFile::DayFile(std::filesystem::path path, Day day, Attachment attachment)
    : path_(std::move(path)), day_(day), name_(database_name(day)), attachment_(std::move(attachment)) {}

Result<std::unique_ptr<DayFile>> DayFile::open(Database& database, const std::filesystem::path& folder, Day day) {
    auto path = folder / day_file_name(day);
    auto attached = database.attach(path, database_name(day));
    if (!attached) return std::unexpected(std::move(attached.error()));
    std::unique_ptr<DayFile> file(new DayFile(std::move(path), day, std::move(*attached)));
    auto connection = database.connection();
    if (auto loaded = file->load(*connection); !loaded) return std::unexpected(std::move(loaded.error()).in(file->path_.string()));
    return file;
}

Result<std::unique_ptr<DayFile>> DayFile::create(Database& database, const std::filesystem::path& folder, Day day,
                                                 const Progress& carried) {
    // Under another name until it is whole: a file of the right name has its tables, wherever the making was interrupted.
    const auto path = folder / day_file_name(day);
    const std::filesystem::path unfinished = path.string() + kUnfinished;
    auto made = make_file(database, unfinished, database_name(day), carried);
    // What is beside a file of this name belonged to another.
    if (made) made = remove_files(path);
    if (made) made = rename_durably(unfinished, path);
    if (!made) {
        static_cast<void>(remove_files(unfinished));
        return std::unexpected(std::move(made.error()));
    }
    return open(database, folder, day);
}

Result<void> DayFile::make_file(Database& database, const std::filesystem::path& file, const std::string& name, const Progress& carried) {
    if (auto removed = remove_files(file); !removed) return removed;
    auto attached = database.attach(file, name);
    if (!attached) return std::unexpected(std::move(attached.error()));
    auto connection = database.connection();
    if (auto made = in_transaction(*connection, [&] { return create_tables(*connection, name, carried); }); !made) return made;
    // The log does not follow the file to its name. Detaching would checkpoint as well, and not say where it failed.
    if (auto written = connection->run("CHECKPOINT " + name); !written) return written;
    return attached->detach();
}

Result<void> DayFile::create_tables(Connection& connection, const std::string& database, const Progress& carried) {
    std::string columns;
    for (const auto& column : kColumns) {
        columns += std::string(columns.empty() ? "" : ", ") + column.name + ' ' + column.sql + " NOT NULL";
    }
    const auto in = database + ".main.";
    for (const auto& sql : {
             "CREATE TABLE " + in + "logs (" + columns + ")",
             "CREATE TABLE " + in + "offsets (reached UBIGINT NOT NULL, layout UBIGINT NOT NULL)",
             "CREATE TABLE " + in +
                 "tallies (key VARCHAR NOT NULL, stored UBIGINT NOT NULL, dead_lettered UBIGINT NOT NULL, received UBIGINT NOT NULL, "
                 "dropped UBIGINT NOT NULL, changed BIGINT)",
             "CREATE TABLE " + in + "forms (id USMALLINT NOT NULL, form BLOB NOT NULL)",
             "INSERT INTO " + in + "offsets VALUES (" + std::to_string(carried.reached) + ", " + std::to_string(kLayoutVersion) + ")",
         }) {
        if (auto done = connection.run(sql); !done) return done;
    }
    TallyInsert insert(connection, database);
    for (const auto& [key, tally] : carried.tallies) {
        if (auto done = insert.run(key, tally); !done) return done;
    }
    return {};
}

Result<void> DayFile::load(Connection& connection) {
    auto about = connection.query("SELECT layout, (SELECT count(*) FROM " + name_ + ".main.logs), coalesce((SELECT min(seq) FROM " + name_ +
                                  ".main.logs), 1)::UBIGINT, coalesce((SELECT max(seq) FROM " + name_ + ".main.logs), 0)::UBIGINT FROM " +
                                  name_ + ".main.offsets");
    if (!about) return std::unexpected(std::move(about.error()));
    const auto row = about->next_chunk();
    if (!row || duckdb_data_chunk_get_size(row.get()) != 1) return fail(Errc::failed, "the table offsets does not have one row");
    if (*column_of<std::uint64_t>(row.get(), 0) != kLayoutVersion) return fail(Errc::failed, "written by another version of the store");
    rows_ = static_cast<std::uint64_t>(*column_of<std::int64_t>(row.get(), 1));
    const auto seq_first = *column_of<std::uint64_t>(row.get(), 2);
    const auto seq_last = *column_of<std::uint64_t>(row.get(), 3);

    auto forms = connection.query("SELECT form FROM " + name_ + ".main.forms ORDER BY id");
    if (!forms) return std::unexpected(std::move(forms.error()));
    while (const auto chunk = forms->next_chunk()) {
        for (std::size_t i = 0; i < duckdb_data_chunk_get_size(chunk.get()); ++i) {
            forms_.load(std::string(view_of(column_of<duckdb_string_t>(chunk.get(), 0)[i])));
        }
    }
    forms_saved_ = forms_.size();
    blocks_ = std::make_unique<BlockIndex>(filters_of(path_), seq_first, seq_last);
    return {};
}

Result<Progress> DayFile::read_progress(Connection& connection) const {
    Progress progress;
    auto reached = connection.query("SELECT reached FROM " + name_ + ".main.offsets");
    if (!reached) return std::unexpected(std::move(reached.error()));
    if (const auto chunk = reached->next_chunk()) progress.reached = *column_of<std::uint64_t>(chunk.get(), 0);
    auto tallies = connection.query("SELECT key, stored, dead_lettered, received, dropped, changed FROM " + name_ + ".main.tallies");
    if (!tallies) return std::unexpected(std::move(tallies.error()));
    while (const auto chunk = tallies->next_chunk()) {
        for (std::size_t i = 0; i < duckdb_data_chunk_get_size(chunk.get()); ++i) {
            progress.tallies[std::string(view_of(column_of<duckdb_string_t>(chunk.get(), 0)[i]))] = {
                {column_of<std::uint64_t>(chunk.get(), 1)[i], column_of<std::uint64_t>(chunk.get(), 2)[i],
                 column_of<std::uint64_t>(chunk.get(), 3)[i], column_of<std::uint64_t>(chunk.get(), 4)[i]},
                from_nanos(column_of<std::int64_t>(chunk.get(), 5)[i])};
        }
    }
    return progress;
}

Result<void> DayFile::append(Connection& connection, ChunkWriter& writer, const WriteBatch& batch, const KeptTallies& changed,
                             const std::vector<std::string>& ended) {
    std::uint64_t rows = 0;
    for (const auto& message : batch.messages) rows += message.records.size();
    blocks_->make_room(rows);
    const auto written = in_transaction(connection, [&] { return write(connection, writer, batch, changed, ended); });
    if (!written) return std::unexpected(written.error());
    forms_saved_ = forms_.size();
    rows_ += written->rows;
    if (written->rows != 0) {
        blocks_->grow_open({.seq_first = batch.messages.front().sequence,
                            .seq_last = batch.messages.back().sequence,
                            .rows = written->rows,
                            .time_min = written->time_min,
                            .time_max = written->time_max});
    }
    return {};
}

Result<ChunkWriter::Written> DayFile::write(Connection& connection, ChunkWriter& writer, const WriteBatch& batch,
                                            const KeptTallies& changed, const std::vector<std::string>& ended) {
    auto written = writer.write(connection, name_, batch.messages, forms_, blocks_->open_terms());
    if (!written) return written;
    auto done = save_forms(connection);
    if (done) done = save_tallies(connection, changed, ended);
    if (done) done = connection.run("UPDATE " + name_ + ".main.offsets SET reached = " + std::to_string(batch.reached));
    if (!done) return std::unexpected(std::move(done.error()));
    return written;
}

Result<void> DayFile::save_tallies(Connection& connection, const KeptTallies& changed, const std::vector<std::string>& ended) {
    if (changed.empty() && ended.empty()) return {};
    auto remove = Statement::prepare(connection, "DELETE FROM " + name_ + ".main.tallies WHERE key = ?");
    if (!remove) return std::unexpected(std::move(remove.error()));
    for (const auto& key : ended) {
        if (auto done = remove->bind(1, key).run(); !done) return done;
    }
    TallyInsert insert(connection, name_);
    for (const auto& [key, tally] : changed) {
        if (auto done = remove->bind(1, key).run(); !done) return done;
        if (auto done = insert.run(key, tally); !done) return done;
    }
    return {};
}

Result<void> DayFile::save_forms(Connection& connection) {
    // Those of a batch that failed are among them: they have their numbers for good.
    if (forms_saved_ == forms_.size()) return {};
    auto insert = Statement::prepare(connection, "INSERT INTO " + name_ + ".main.forms VALUES (?, ?)");
    if (!insert) return std::unexpected(std::move(insert.error()));
    for (auto number = forms_saved_ + 1U; number <= forms_.size(); ++number) {
        const auto form = forms_.text(static_cast<std::uint16_t>(number));
        if (auto done = insert->bind(1, std::uint64_t{number}).bind_blob(2, form).run(); !done) return done;
    }
    return {};
}

Result<void> DayFile::checkpoint(Connection& connection) { return connection.run("CHECKPOINT " + name_); }

bool DayFile::is_checkpoint_due() const {
    std::error_code absent;
    const auto size = std::filesystem::file_size(log_of(path_), absent);
    return !absent && size > kLogBytesMax;
}

std::uint64_t DayFile::bytes_on_disk() const {
    std::uint64_t bytes = 0;
    for (const auto& path : {path_, log_of(path_), filters_of(path_)}) {
        std::error_code absent;
        const auto size = std::filesystem::file_size(path, absent);
        if (!absent) bytes += size;
    }
    return bytes;
}

Result<void> DayFile::close() {
    const std::lock_guard gate(gate_);
    const std::unique_lock lock(in_use_);
    if (!attachment_) return {};
    if (auto done = attachment_->detach(); !done) return done;
    attachment_.reset();
    return {};
}

Result<void> DayFile::drop() {
    if (auto done = close(); !done) return done;
    return remove_files(path_);
}

}  // namespace logchute::store::duck
