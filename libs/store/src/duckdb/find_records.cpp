#include "duckdb/find_records.hpp"

#include <algorithm>
#include <atomic>
#include <tuple>

namespace logchute::store::duck {
namespace {

// Blocks read before the first look whether they were enough; doubled from look to look, so that a search that finds little does few looks.
constexpr std::size_t kFirstWave = 2;
constexpr std::size_t kWaveMax = 64;

class Ordering {
public:
    explicit Ordering(Order order) noexcept : order_(order) {}
    bool operator()(const Hit& a, const Hit& b) const noexcept { return precedes(a.key, b.key, order_); }

private:
    Order order_;
};

// Keeps the first `count` of `hits`, in no order.
void keep_first(std::vector<Hit>& hits, std::size_t count, Order order) {
    if (hits.size() <= count) return;
    std::nth_element(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(count - 1), hits.end(), Ordering(order));
    hits.resize(count);
}

// What all threads of one search share: the time behind which no record can be among the first any more.
class Horizon {
public:
    explicit Horizon(Order order) noexcept : order_(order), time_(order == Order::newest_first ? INT64_MIN : INT64_MAX) {}

    [[nodiscard]] bool is_beyond(std::int64_t time) const noexcept {
        const auto horizon = time_.load(std::memory_order_relaxed);
        return order_ == Order::newest_first ? time < horizon : time > horizon;
    }
    void draw_in(std::int64_t time) noexcept {
        auto now = time_.load(std::memory_order_relaxed);
        while ((order_ == Order::newest_first ? time > now : time < now) &&
               !time_.compare_exchange_weak(now, time, std::memory_order_relaxed)) {
        }
    }
    [[nodiscard]] std::int64_t time() const noexcept { return time_.load(std::memory_order_relaxed); }

private:
    const Order order_;
    std::atomic<std::int64_t> time_;  // A hint: an old value costs time alone.
};

class HitCollector final : public Accumulator {
public:
    HitCollector(const RowFilter& filter, Order order, std::size_t count, const std::optional<RecordKey>& after, Horizon& horizon)
        : filter_(filter), order_(order), count_(count), after_(after), horizon_(horizon) {}

    Result<void> take(const Rows& rows) override {
        // Rows come roughly in the order of time: from their better end, the horizon is drawn in at once.
        for (std::size_t n = 0; n < rows.count; ++n) {
            consider(rows, order_ == Order::newest_first ? rows.count - 1 - n : n);
        }
        return {};
    }

    [[nodiscard]] std::vector<Hit>& hits() noexcept { return hits_; }

private:
    void consider(const Rows& rows, std::size_t i) {
        if (horizon_.is_beyond(rows.time[i])) return;
        const RecordKey key{rows.time[i], rows.seq[i], rows.ord[i]};
        if (after_ && !precedes(*after_, key, order_)) return;
        if (!filter_.is_everything() && !filter_.matches(reader_.row(rows, i))) return;
        hits_.push_back({key, rows.day});
        if (hits_.size() >= count_ + kSlack) shrink();
    }

    void shrink() {
        keep_first(hits_, count_, order_);
        horizon_.draw_in(std::max_element(hits_.begin(), hits_.end(), Ordering(order_))->key.time);
    }

    static constexpr std::size_t kSlack = 4096;  // Shrinking costs as much as what it looks through.

    const RowFilter& filter_;
    const Order order_;
    const std::size_t count_;
    const std::optional<RecordKey>& after_;
    Horizon& horizon_;
    RowReader reader_;
    std::vector<Hit> hits_;
};

// Blocks by the best time they can have.
std::vector<Candidate> in_order(const Question& question, Order order, const std::optional<RecordKey>& after) {
    std::vector<Candidate> blocks;
    for (const auto& candidate : question.candidates()) {
        const bool behind =
            !after || (order == Order::newest_first ? candidate.span.time_min <= after->time : candidate.span.time_max >= after->time);
        if (behind) blocks.push_back(candidate);
    }
    std::stable_sort(blocks.begin(), blocks.end(), [order](const Candidate& a, const Candidate& b) {
        return order == Order::newest_first ? a.span.time_max > b.span.time_max : a.span.time_min < b.span.time_min;
    });
    return blocks;
}

bool can_improve(const Candidate& block, const RecordKey& worst, Order order) {
    return order == Order::newest_first ? block.span.time_max >= worst.time : block.span.time_min <= worst.time;
}

// What is known of the times without looking at rows, for DuckDB to check.
RowLimits narrow(RowLimits limits, Order order, const std::optional<RecordKey>& after, std::int64_t horizon) {
    auto& near = order == Order::newest_first ? limits.time_max : limits.time_min;
    auto& far = order == Order::newest_first ? limits.time_min : limits.time_max;
    const auto tighter = [order](std::int64_t a, std::int64_t b, bool is_near) {
        return (order == Order::newest_first) == is_near ? std::min(a, b) : std::max(a, b);
    };
    if (after) near = tighter(near, after->time, true);
    far = tighter(far, horizon, false);
    return limits;
}

}  // namespace

Result<std::vector<Hit>> find_hits(Scanner& scanner, const Question& question, Order order, std::size_t count,
                                   const std::optional<RecordKey>& after, Scanner::Deadline deadline) {
    std::vector<Hit> best;
    if (count == 0) return best;
    const auto blocks = in_order(question, order, after);
    const auto columns = static_cast<ColumnSet>(kKeyColumns | question.filter().columns());
    Horizon horizon(order);
    std::size_t wave = kFirstWave;
    for (std::size_t at = 0; at < blocks.size(); wave = std::min(wave * 2, kWaveMax)) {
        if (best.size() == count) {
            const auto& worst = std::max_element(best.begin(), best.end(), Ordering(order))->key;
            if (!can_improve(blocks[at], worst, order)) break;
            horizon.draw_in(worst.time);
        }
        const auto size = std::min(wave, blocks.size() - at);
        const auto collected = scanner.gather<HitCollector>(
            question.scans(std::span(blocks).subspan(at, size)), columns, narrow(question.limits(), order, after, horizon.time()), deadline,
            [&] { return std::make_unique<HitCollector>(question.filter(), order, count, after, horizon); });
        if (!collected) return std::unexpected(collected.error());
        for (const auto& collector : *collected) {
            best.insert(best.end(), collector->hits().begin(), collector->hits().end());
            keep_first(best, count, order);
        }
        at += size;
    }
    std::sort(best.begin(), best.end(), Ordering(order));
    return best;
}

namespace {

// A range costs about as much as reading this many rows that nobody wants.
constexpr std::uint64_t kGapRows = 4096;

struct Wanted {
    std::uint64_t seq;
    std::uint32_t ord;
    std::uint32_t day;
    std::size_t place;  // In the page.
    std::int64_t time;
};
bool by_name(const Wanted& a, const Wanted& b) { return std::tie(a.day, a.seq, a.ord) < std::tie(b.day, b.seq, b.ord); }

void append_line_of(std::string& out, const Rows& rows, std::size_t i, std::string& id) {
    id.clear();
    append_record_id(id, rows.seq[i], rows.ord[i]);
    append_record_json(out, RowReader::record(rows, i), id, view_of(rows.source[i]));
    out += '\n';
}

class Display final : public Accumulator {
public:
    explicit Display(std::span<const Wanted> wanted) : wanted_(wanted) {}

    Result<void> take(const Rows& rows) override {
        for (std::size_t i = 0; i < rows.count; ++i) {
            const Wanted here{rows.seq[i], rows.ord[i], rows.day, 0, 0};
            const auto found = std::lower_bound(wanted_.begin(), wanted_.end(), here, by_name);
            if (found == wanted_.end() || by_name(here, *found)) continue;
            const auto begin = text_.size();
            append_line_of(text_, rows, i, id_);
            lines_.push_back({found->place, begin, text_.size() - begin});
        }
        return {};
    }

    void place_lines(std::vector<std::string_view>& page) const {
        for (const auto& line : lines_) page[line.place] = std::string_view(text_).substr(line.begin, line.size);
    }

private:
    struct Line {
        std::size_t place, begin, size;
    };
    std::span<const Wanted> wanted_;
    std::string text_, id_;
    std::vector<Line> lines_;
};

bool is_near(const Wanted& a, const Wanted& b, std::uint64_t rows_per_sequence) {
    const auto rows = a.seq == b.seq ? b.ord - a.ord : (b.seq - a.seq) * rows_per_sequence;
    return rows <= kGapRows;
}

std::vector<DayScan> scans_of(const Question& question, std::span<const Wanted> wanted) {
    std::vector<std::vector<RowRange>> days(question.day_count());
    std::vector<std::uint64_t> rows_per_sequence;
    for (std::uint32_t day = 0; day < days.size(); ++day) rows_per_sequence.push_back(question.rows_per_sequence(day));
    const Wanted* last = nullptr;
    for (const auto& one : wanted) {
        auto& ranges = days[one.day];
        if (!ranges.empty() && last->day == one.day && is_near(*last, one, rows_per_sequence[one.day])) {
            auto& range = ranges.back();
            if (range.seq_first == one.seq)
                range.ord_last = one.ord;
            else
                range.ord_first = 0, range.ord_last = UINT32_MAX;
            range.seq_last = one.seq;
            range.time_min = std::min(range.time_min, one.time);
            range.time_max = std::max(range.time_max, one.time);
        } else {
            ranges.push_back({one.seq, one.seq, one.ord, one.ord, one.time, one.time});
        }
        last = &one;
    }
    std::vector<DayScan> all;
    for (std::uint32_t day = 0; day < days.size(); ++day) {
        if (!days[day].empty()) all.push_back(question.scan_of(day, std::move(days[day])));
    }
    return all;
}

}  // namespace

Result<std::string> show_records(Scanner& scanner, const Question& question, std::span<const Hit> hits, Scanner::Deadline deadline) {
    std::vector<Wanted> wanted;
    for (std::size_t i = 0; i < hits.size(); ++i) wanted.push_back({hits[i].key.seq, hits[i].key.ord, hits[i].day, i, hits[i].key.time});
    std::sort(wanted.begin(), wanted.end(), by_name);
    const auto displays = scanner.gather<Display>(scans_of(question, wanted), kRecordColumns, {}, deadline,
                                                  [&] { return std::make_unique<Display>(wanted); });
    if (!displays) return std::unexpected(displays.error());
    std::vector<std::string_view> page(hits.size());
    for (const auto& display : *displays) display->place_lines(page);
    std::string text;
    for (const auto line : page) text += line;
    return text;
}

namespace {

class OneRecord final : public Accumulator {
public:
    Result<void> take(const Rows& rows) override {
        for (std::size_t i = 0; i < rows.count && !found_; ++i) {
            found_ = FoundRecord{
                {rows.time[i], rows.seq[i], rows.ord[i]},
                {std::string(view_of(rows.source[i])), std::string(view_of(rows.service[i])), std::string(view_of(rows.host[i]))},
                {}};
            std::string id;
            append_line_of(found_->line, rows, i, id);
        }
        return {};
    }
    [[nodiscard]] std::optional<FoundRecord>& found() noexcept { return found_; }

private:
    std::optional<FoundRecord> found_;
};

}  // namespace

Result<FoundRecord> find_record(Scanner& scanner, const Question& question, std::string_view id, Scanner::Deadline deadline) {
    const auto none = [] { return fail(Errc::not_found, "no record has this id: it was never given, or its day is no longer kept"); };
    const auto name = parse_record_id(id);
    if (!name) return none();
    const auto seen = scanner.gather<OneRecord>(question.scans_for(name->seq, name->ord), kRecordColumns, {}, deadline,
                                                [] { return std::make_unique<OneRecord>(); });
    if (!seen) return std::unexpected(seen.error());
    for (const auto& one : *seen) {
        if (one->found()) return std::move(*one->found());
    }
    return none();
}

Result<RecordPage> find_page(Scanner& scanner, const Question& question, Order order, std::size_t limit,
                             const std::optional<RecordKey>& after, Scanner::Deadline deadline) {
    // One more than asked for says whether there is a next page.
    auto hits = find_hits(scanner, question, order, limit + 1, after, deadline);
    if (!hits) return std::unexpected(hits.error());
    RecordPage page;
    if (hits->size() > limit) {
        hits->resize(limit);
        if (limit != 0) page.next_cursor = format_cursor(hits->back().key, order);
    }
    auto lines = show_records(scanner, question, *hits, deadline);
    if (!lines) return std::unexpected(lines.error());
    page.lines = std::move(*lines);
    page.count = hits->size();
    return page;
}

}  // namespace logchute::store::duck
