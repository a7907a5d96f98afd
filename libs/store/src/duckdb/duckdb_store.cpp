#include "logchute/store/duckdb_store.hpp"

#include <algorithm>
#include <condition_variable>
#include <shared_mutex>
#include <thread>

#include "duckdb/count_groups.hpp"
#include "duckdb/count_steps.hpp"
#include "duckdb/day_file.hpp"
#include "duckdb/filter_repair.hpp"
#include "duckdb/find_records.hpp"
#include "duckdb/folder_lock.hpp"
#include "duckdb/list_fields.hpp"

namespace logchute::store {

using namespace duck;

namespace {

constexpr std::chrono::seconds kOpenAgainWait{1};

Day day_of(Timestamp at) { return std::chrono::floor<std::chrono::days>(at); }

// Nothing thrown (by an allocation, mostly) leaves the library.
template <class Body>
auto guarded(Body&& body) noexcept -> decltype(body()) {
    try {
        return body();
    } catch (const std::bad_alloc&) {
        return fail(Errc::unavailable, "out of memory");  // Short enough to need none.
    } catch (const std::exception& error) {
        return fail(Errc::unavailable, std::string("the store could not answer: ") + error.what());
    }
}

}  // namespace

class DuckDbStore::Impl {
public:
    explicit Impl(DuckDbOptions options)
        : options_(std::move(options)),
          lock_(options_.path),
          database_(options_),
          scanner_(database_, options_.query_timeout),
          writer_connection_(database_.new_connection()),
          chunk_writer_(writer_connection_) {
        open_days();
        maintenance_ = std::jthread([this](std::stop_token stop) { maintain(stop); });
    }

    [[nodiscard]] std::uint64_t reached() const {
        const std::lock_guard lock(mutex_);
        return progress_.reached;
    }

    [[nodiscard]] Result<void> append(const WriteBatch& batch);
    [[nodiscard]] Result<RecordPage> search(const SearchRequest& request);
    [[nodiscard]] Result<std::string> record(std::string_view id);
    [[nodiscard]] Result<ContextPage> context(std::string_view id, std::size_t before, std::size_t after);
    [[nodiscard]] Result<Stats> stats(const StatsRequest& request);
    [[nodiscard]] Result<Histogram> histogram(const HistogramRequest& request);
    [[nodiscard]] Result<std::vector<FieldInfo>> fields(const Scope& scope);
    [[nodiscard]] Tallies tallies(std::string_view prefix) const;
    [[nodiscard]] Result<std::uint32_t> apply_retention(Timestamp now);
    [[nodiscard]] StoreUsage usage() const;

private:
    using DayList = std::vector<std::shared_ptr<DayFile>>;

    void open_days();
    [[nodiscard]] Result<void> check(const WriteBatch& batch) const;
    [[nodiscard]] Result<std::shared_ptr<DayFile>> day_for(const WriteBatch& batch);
    [[nodiscard]] Result<void> append_checked(const WriteBatch& batch);
    [[nodiscard]] Result<void> open_again(const std::shared_ptr<DayFile>& old);
    [[nodiscard]] Result<void> recover();
    [[nodiscard]] KeptTallies totals_after(const WriteBatch& batch) const;
    [[nodiscard]] std::vector<std::string> counts_that_end(const KeptTallies& changed);
    [[nodiscard]] DayList days() const {
        const std::lock_guard lock(mutex_);
        return days_;
    }
    [[nodiscard]] Result<Question> ask(const Scope& scope, std::optional<Neighbourhood> around = std::nullopt);
    [[nodiscard]] Result<FoundRecord> find(std::string_view id, Scanner::Deadline deadline);
    void maintain(std::stop_token stop);
    void finish(const std::shared_ptr<DayFile>& day, std::stop_token stop);
    void make_filters(std::stop_token stop);
    void wake_maintenance();

    const DuckDbOptions options_;
    const FolderLock lock_;
    Database database_;
    Scanner scanner_;
    // The writer's.
    Connection writer_connection_;
    ChunkWriter chunk_writer_;
    // The newest day must be closed, opened again and asked what it has. Set before anything is written, so that it holds after an exception.
    Timestamp counts_looked_at_{};
    bool in_doubt_ = false;

    std::mutex files_mutex_;  // Held while files are closed, opened again or deleted. Before mutex_.
    DayList undeleted_;  // Guarded by files_mutex_. Days that retention took out of the list and whose files are still there.

    mutable std::mutex mutex_;
    // Guarded by mutex_.
    DayList days_;  // Oldest first. The last one is written to, by the writer alone. One that is gone is being opened again.
    Progress progress_;
    DayList to_checkpoint_;
    bool to_repair_ = true;
    std::condition_variable_any wake_;

    std::jthread maintenance_;  // Last: ends before what it uses is gone.
};

void DuckDbStore::Impl::open_days() {
    std::vector<Day> found;
    for (const auto& entry : std::filesystem::directory_iterator(options_.path)) {
        if (const auto day = day_of_file_name(entry.path().filename().string())) found.push_back(*day);
    }
    std::sort(found.begin(), found.end());
    for (const auto day : found) {
        auto file = DayFile::open(database_, options_.path, day);
        if (!file) {
            throw std::runtime_error("the store cannot open " + (std::filesystem::path(options_.path) / day_file_name(day)).string() +
                                     ": " + file.error().detail + ". If the file is beyond repair, move it out of the folder");
        }
        days_.push_back(std::move(*file));
    }
    if (days_.empty()) return;
    auto progress = days_.back()->read_progress(writer_connection_);
    if (!progress) throw std::runtime_error("the store cannot read its progress: " + progress.error().detail);
    progress_ = std::move(*progress);
    // Searches are right without it, and slower: so a failure is none of the start's.
    static_cast<void>(reopen_last_block(scanner_, *days_.back()));
}

Result<void> DuckDbStore::Impl::check(const WriteBatch& batch) const {
    auto last = reached();
    for (const auto& message : batch.messages) {
        if (message.sequence <= last) {
            return fail(Errc::invalid, "message " + std::to_string(message.sequence) + " comes after " + std::to_string(last) +
                                           ": sequences must rise, beyond what the store has reached");
        }
        last = message.sequence;
    }
    if (batch.reached < last) return fail(Errc::invalid, "a batch must reach at least its last message");
    if (batch.reached <= reached()) {
        return fail(Errc::invalid, "the store has reached " + std::to_string(reached()) + ": a batch must reach further");
    }
    return {};
}

Result<std::shared_ptr<DayFile>> DuckDbStore::Impl::day_for(const WriteBatch& batch) {
    const auto list = days();
    const auto newest = list.empty() ? nullptr : list.back();
    if (newest && batch.messages.empty()) return newest;
    const auto day = day_of(batch.messages.empty() ? now() : batch.messages.front().received);
    if (newest && day <= newest->day()) return newest;

    auto carried = [&] {
        const std::lock_guard lock(mutex_);
        return progress_.carried_to(day);
    }();
    auto created = DayFile::create(database_, options_.path, day, carried);
    if (!created) return std::unexpected(std::move(created.error()).in("the file of a new day"));
    std::shared_ptr<DayFile> file = std::move(*created);
    if (newest) newest->blocks().close_open();
    {
        const std::lock_guard lock(mutex_);
        if (newest) to_checkpoint_.push_back(newest);
        days_.push_back(file);
        progress_ = std::move(carried);
    }
    wake_.notify_one();
    return file;
}

KeptTallies DuckDbStore::Impl::totals_after(const WriteBatch& batch) const {
    const auto changed = batch.messages.empty() ? now() : batch.messages.back().received;
    const std::lock_guard lock(mutex_);
    KeptTallies totals;
    for (const auto& [key, more] : batch.tallies) {
        const auto known = progress_.tallies.find(key);
        auto total = known == progress_.tallies.end() ? KeptTally{} : known->second;
        total.count += more;
        total.changed = std::max(total.changed, changed);
        totals.emplace(key, total);
    }
    return totals;
}

// Looked for once an hour.
std::vector<std::string> DuckDbStore::Impl::counts_that_end(const KeptTallies& changed) {
    const auto at = now();
    if (at < counts_looked_at_ + std::chrono::hours(1)) return {};
    counts_looked_at_ = at;
    const std::lock_guard lock(mutex_);
    auto ended = progress_.expired(at);
    std::erase_if(ended, [&](const auto& key) { return changed.contains(key); });
    return ended;
}

// DuckDB trusts a file no longer once a checkpoint failed; opened again it has every row that was committed. Meanwhile no question is
// answered, rather than answered without this day.
Result<void> DuckDbStore::Impl::open_again(const std::shared_ptr<DayFile>& old) {
    const std::lock_guard files(files_mutex_);
    const auto list = days();
    if (std::find(list.begin(), list.end(), old) == list.end()) return {};  // Retention was faster.
    if (auto closed = old->close(); !closed) return std::unexpected(std::move(closed.error()).in(old->path().string()));
    auto opened = DayFile::open(database_, options_.path, old->day());
    if (!opened) return std::unexpected(std::move(opened.error()).in(old->path().string()));
    const std::shared_ptr<DayFile> day = std::move(*opened);
    // A day that is over takes no more rows: its last block stays closed, and gets its filter from the maintenance.
    if (old == list.back()) static_cast<void>(reopen_last_block(scanner_, *day));
    {
        const std::lock_guard lock(mutex_);
        std::replace(days_.begin(), days_.end(), old, day);
        to_repair_ = true;
    }
    wake_.notify_one();
    return {};
}

// A write whose outcome is unknown is settled by what is on disk, before anything else is written.
Result<void> DuckDbStore::Impl::recover() {
    if (!in_doubt_) return {};
    writer_connection_.roll_back();
    if (auto opened = open_again(days().back()); !opened) return opened;
    auto progress = days().back()->read_progress(writer_connection_);
    if (!progress) return std::unexpected(std::move(progress.error()));
    const std::lock_guard lock(mutex_);
    progress_ = std::move(*progress);
    in_doubt_ = false;
    return {};
}

Result<void> DuckDbStore::Impl::append(const WriteBatch& batch) {
    const auto known = reached();
    if (auto settled = recover(); !settled) return settled;
    if (reached() != known && reached() == batch.reached) return {};  // It was in doubt, and had been written after all.
    auto done = append_checked(batch);
    if (done || !in_doubt_) return done;
    // Tried at once, for the sake of readers; if it fails the next append tries again.
    if (guarded([&] { return recover(); }) && reached() == batch.reached) return {};
    return done;
}

Result<void> DuckDbStore::Impl::append_checked(const WriteBatch& batch) {
    if (auto fine = check(batch); !fine) return fine;
    const auto day = day_for(batch);
    if (!day) return std::unexpected(day.error());
    auto totals = totals_after(batch);
    const auto ended = counts_that_end(totals);
    in_doubt_ = true;
    if (auto done = (*day)->append(writer_connection_, chunk_writer_, batch, totals, ended); !done) {
        const auto seen = (*day)->read_progress(writer_connection_);
        in_doubt_ = !seen || seen->reached != reached();
        return std::unexpected(std::move(done.error()).in((*day)->path().string()));
    }
    {
        const std::lock_guard lock(mutex_);
        progress_.move_on(batch.reached, std::move(totals), ended);
    }
    in_doubt_ = false;
    // The batch is in the log, and so in the store, whatever becomes of this.
    const auto written =
        guarded([&]() -> Result<void> { return (*day)->is_checkpoint_due() ? (*day)->checkpoint(writer_connection_) : Result<void>{}; });
    if (!written) {
        in_doubt_ = true;
        static_cast<void>(guarded([&] { return recover(); }));
    }
    return {};
}

Result<Question> DuckDbStore::Impl::ask(const Scope& scope, std::optional<Neighbourhood> around) {
    for (;;) {
        const auto list = days();
        Question question(scope, list, around);
        if (!question.missed_a_day()) {
            if (question.met_damage()) wake_maintenance();
            return question;
        }
        // Gone since the list was made: dropped, or opened again already. Gone and still listed: on its way.
        if (list == days()) return fail(Errc::unavailable, "a file of the store is being opened again after a failed write; try again");
    }
}

Result<RecordPage> DuckDbStore::Impl::search(const SearchRequest& request) {
    if (request.limit == 0 || request.limit > kSearchLimitMax) {
        return fail(Errc::invalid, "limit must be from 1 to " + std::to_string(kSearchLimitMax));
    }
    std::optional<RecordKey> after;
    if (!request.cursor.empty()) {
        after = parse_cursor(request.cursor, request.order);
        if (!after) return fail(Errc::invalid, "cursor is none of this search: take next_cursor of the page before, with the same order");
    }
    const auto question = ask(request.scope);
    if (!question) return std::unexpected(question.error());
    return find_page(scanner_, *question, request.order, request.limit, after, scanner_.deadline());
}

Result<std::string> DuckDbStore::Impl::record(std::string_view id) {
    auto found = find(id, scanner_.deadline());
    if (!found) return std::unexpected(std::move(found.error()));
    return std::move(found->line);
}

Result<FoundRecord> DuckDbStore::Impl::find(std::string_view id, Scanner::Deadline deadline) {
    const auto anywhere = ask({});
    if (!anywhere) return std::unexpected(anywhere.error());
    return find_record(scanner_, *anywhere, id, deadline);
}

namespace {

// The search that the blocks' filters understand; Neighbourhood says the rest.
search::Query neighbours_query(const Neighbourhood& around) {
    search::Query query;
    for (const auto& [name, value] :
         {std::pair("source", &around.source), std::pair("service", &around.service), std::pair("host", &around.host)}) {
        if (value->empty()) continue;
        if (auto equal = search::equals(name, *value)) query = search::both(query, *equal);
    }
    return query;
}

// Lines in the opposite order.
std::string reversed(std::string_view lines) {
    std::string out;
    out.reserve(lines.size());
    while (!lines.empty()) {
        const auto before_last = lines.substr(0, lines.size() - 1).rfind('\n');
        const auto begin = before_last == std::string_view::npos ? 0 : before_last + 1;
        out += lines.substr(begin);
        lines = lines.substr(0, begin);
    }
    return out;
}

}  // namespace

Result<ContextPage> DuckDbStore::Impl::context(std::string_view id, std::size_t before, std::size_t after) {
    if (before > kSearchLimitMax || after > kSearchLimitMax) {
        return fail(Errc::invalid, "before and after must be at most " + std::to_string(kSearchLimitMax));
    }
    const auto deadline = scanner_.deadline();
    auto found = find(id, deadline);
    if (!found) return std::unexpected(std::move(found.error()));
    const auto question = ask({neighbours_query(found->around), {}}, found->around);
    if (!question) return std::unexpected(question.error());
    auto older = find_page(scanner_, *question, Order::newest_first, before, found->key, deadline);
    if (!older) return std::unexpected(std::move(older.error()));
    auto newer = find_page(scanner_, *question, Order::oldest_first, after, found->key, deadline);
    if (!newer) return std::unexpected(std::move(newer.error()));
    older->lines = reversed(older->lines);
    return ContextPage{std::move(*older), std::move(found->line), std::move(*newer)};
}

Result<Stats> DuckDbStore::Impl::stats(const StatsRequest& request) {
    if (request.by.size() > 4) return fail(Errc::invalid, "by takes at most four names");
    if (request.aggregate != Aggregate::count && request.field.empty()) return fail(Errc::invalid, "field must name what to aggregate");
    const auto question = ask(request.scope);
    if (!question) return std::unexpected(question.error());
    return count_groups(scanner_, *question, request, scanner_.deadline());
}

Result<Histogram> DuckDbStore::Impl::histogram(const HistogramRequest& request) {
    const auto question = ask(request.scope);
    if (!question) return std::unexpected(question.error());
    return count_steps(scanner_, *question, request, scanner_.deadline());
}

Result<std::vector<FieldInfo>> DuckDbStore::Impl::fields(const Scope& scope) {
    const auto question = ask(scope);
    if (!question) return std::unexpected(question.error());
    return list_fields(scanner_, *question, scanner_.deadline());
}

Tallies DuckDbStore::Impl::tallies(std::string_view prefix) const {
    const std::lock_guard lock(mutex_);
    Tallies found;
    for (auto at = progress_.tallies.lower_bound(prefix); at != progress_.tallies.end() && at->first.starts_with(prefix); ++at)
        found.emplace_hint(found.end(), at->first, at->second.count);
    return found;
}

Result<std::uint32_t> DuckDbStore::Impl::apply_retention(Timestamp now) {
    if (options_.retention <= nanoseconds::zero()) return 0U;
    const std::lock_guard files(files_mutex_);
    {
        const std::lock_guard lock(mutex_);
        const auto is_kept = [&](const auto& day) { return Timestamp{day->day() + std::chrono::days(1)} + options_.retention >= now; };
        const auto newest = days_.empty() ? days_.end() : std::prev(days_.end());
        const auto kept = std::find_if(days_.begin(), newest, is_kept);
        undeleted_.insert(undeleted_.end(), days_.begin(), kept);
        days_.erase(days_.begin(), kept);
    }
    // Nobody finds anything in them from here on. Those that cannot be deleted are kept for the next time.
    std::uint32_t deleted = 0;
    Result<void> problem;
    std::erase_if(undeleted_, [&](const auto& day) {
        auto done = guarded([&] { return day->drop(); });
        const bool is_deleted = done.has_value();
        deleted += is_deleted ? 1 : 0;
        if (!is_deleted) problem = std::move(done);
        return is_deleted;
    });
    if (!problem) return std::unexpected(std::move(problem.error()));
    return deleted;
}

StoreUsage DuckDbStore::Impl::usage() const {
    StoreUsage usage;
    const auto list = days();
    for (const auto& file : list) {
        usage.bytes_on_disk += file->bytes_on_disk();
        usage.rows += file->rows();
        ++usage.files;
    }
    if (!list.empty()) {
        usage.oldest_day = format_day(Timestamp{list.front()->day()}, '-');
        usage.newest_day = format_day(Timestamp{list.back()->day()}, '-');
    }
    return usage;
}

void DuckDbStore::Impl::wake_maintenance() {
    {
        const std::lock_guard lock(mutex_);
        to_repair_ = true;
    }
    wake_.notify_one();
}

// Checkpoints days that are over, and makes filters that are missing: at start, and when a search met a damaged one. What fails is tried
// again after a while, or after the next start.
void DuckDbStore::Impl::maintain(std::stop_token stop) {
    while (!stop.stop_requested()) {
        DayList over;
        bool repair = false;
        {
            std::unique_lock lock(mutex_);
            const auto work = [this] { return to_repair_ || !to_checkpoint_.empty(); };
            if (!wake_.wait(lock, stop, work)) return;
            over.swap(to_checkpoint_);
            repair = std::exchange(to_repair_, false);
        }
        for (const auto& day : over) finish(day, stop);
        if (repair) {
            static_cast<void>(guarded([&]() -> Result<void> {
                make_filters(stop);
                return {};
            }));
        }
    }
}

// A day that is over.
void DuckDbStore::Impl::finish(const std::shared_ptr<DayFile>& day, std::stop_token stop) {
    const auto done = guarded([&]() -> Result<void> {
        const auto in_use = day->use();
        return day->is_gone() ? Result<void>{} : day->checkpoint(*database_.connection());
    });
    if (done) return;
    while (!guarded([&] { return open_again(day); }) && !stop.stop_requested()) {
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, kOpenAgainWait, [] { return false; });
    }
}

void DuckDbStore::Impl::make_filters(std::stop_token stop) {
    for (const auto& day : days()) {
        for (bool more = true; more && !stop.stop_requested();) {
            const auto in_use = day->use();
            const auto done = day->is_gone() ? Result<bool>(false) : guarded([&] { return repair_one_block(scanner_, *day); });
            more = done && *done;
        }
    }
}

DuckDbStore::DuckDbStore(DuckDbOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
DuckDbStore::~DuckDbStore() = default;

std::uint64_t DuckDbStore::reached() const { return impl_->reached(); }
Result<void> DuckDbStore::append(const WriteBatch& batch) {
    return guarded([&] { return impl_->append(batch); });
}
Result<RecordPage> DuckDbStore::search(const SearchRequest& request) {
    return guarded([&] { return impl_->search(request); });
}
Result<std::string> DuckDbStore::record(std::string_view id) {
    return guarded([&] { return impl_->record(id); });
}
Result<ContextPage> DuckDbStore::context(std::string_view id, std::size_t before, std::size_t after) {
    return guarded([&] { return impl_->context(id, before, after); });
}
Result<Stats> DuckDbStore::stats(const StatsRequest& request) {
    return guarded([&] { return impl_->stats(request); });
}
Result<Histogram> DuckDbStore::histogram(const HistogramRequest& request) {
    return guarded([&] { return impl_->histogram(request); });
}
Result<std::vector<FieldInfo>> DuckDbStore::fields(const Scope& scope) {
    return guarded([&] { return impl_->fields(scope); });
}
Result<Tallies> DuckDbStore::tallies(std::string_view prefix) {
    return guarded([&]() -> Result<Tallies> { return impl_->tallies(prefix); });
}
Result<std::uint32_t> DuckDbStore::apply_retention(Timestamp now) {
    return guarded([&] { return impl_->apply_retention(now); });
}
StoreUsage DuckDbStore::usage() const { return impl_->usage(); }

}  // namespace logchute::store
