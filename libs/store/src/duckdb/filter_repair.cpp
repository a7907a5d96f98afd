#include "duckdb/filter_repair.hpp"

#include <algorithm>
#include <map>

#include "duckdb/row_reader.hpp"

namespace logchute::store::duck {
namespace {

DayScan scan_of(const DayFile& day, const BlockSpan& span) {
    return {day.database(), &day.forms(), 0, {{.seq_first = span.seq_first, .seq_last = span.seq_last}}};
}

class TermCollector final : public Accumulator {
public:
    Result<void> take(const Rows& rows) override {
        for (std::size_t i = 0; i < rows.count; ++i) {
            hashes_.clear();
            search::append_terms(hashes_, reader_.row(rows, i));
            for (const auto hash : hashes_) terms_.insert(hash);
        }
        return {};
    }
    [[nodiscard]] TermSet& terms() noexcept { return terms_; }

private:
    RowReader reader_;
    std::vector<std::uint64_t> hashes_;
    TermSet terms_;
};

Result<TermSet> terms_of(Scanner& scanner, const DayFile& day, const BlockSpan& span) {
    constexpr ColumnSet kColumnsOfTerms = kSourceColumn | kServiceColumn | kHostColumn | kMessageColumn | kTagsColumn | kFieldsColumn;
    const auto collectors = scanner.gather<TermCollector>({scan_of(day, span)}, kColumnsOfTerms, {}, scanner.deadline(),
                                                          [] { return std::make_unique<TermCollector>(); });
    if (!collectors) return std::unexpected(collectors.error());
    TermSet all;
    for (const auto& collector : *collectors) collector->terms().for_each([&](std::uint64_t hash) { all.insert(hash); });
    return all;
}

// Counts the rows of each sequence.
class SequenceCounter final : public Accumulator {
public:
    Result<void> take(const Rows& rows) override {
        for (std::size_t i = 0; i < rows.count; ++i) {
            const auto [at, fresh] = spans_.try_emplace(rows.seq[i], BlockSpan{rows.seq[i], rows.seq[i], 0, INT64_MAX, INT64_MIN});
            add(at->second, {rows.seq[i], rows.seq[i], 1, rows.time[i], rows.time[i]});
        }
        return {};
    }
    [[nodiscard]] const std::map<std::uint64_t, BlockSpan>& spans() const noexcept { return spans_; }

    static void add(BlockSpan& span, const BlockSpan& more) {
        span.seq_last = std::max(span.seq_last, more.seq_last);
        span.rows += more.rows;
        span.time_min = std::min(span.time_min, more.time_min);
        span.time_max = std::max(span.time_max, more.time_max);
    }

private:
    std::map<std::uint64_t, BlockSpan> spans_;
};

Result<std::vector<BlockSpan>> cut_to_size(Scanner& scanner, const DayFile& day, const BlockSpan& span) {
    const auto counters = scanner.gather<SequenceCounter>({scan_of(day, span)}, kSeqColumn | kTimeColumn, {}, scanner.deadline(),
                                                          [] { return std::make_unique<SequenceCounter>(); });
    if (!counters) return std::unexpected(counters.error());
    std::map<std::uint64_t, BlockSpan> sequences;
    for (const auto& counter : *counters) {
        for (const auto& [seq, counted] : counter->spans()) {
            const auto [at, fresh] = sequences.try_emplace(seq, counted);
            if (!fresh) SequenceCounter::add(at->second, counted);
        }
    }
    std::vector<BlockSpan> parts;
    for (const auto& [seq, counted] : sequences) {
        if (parts.empty() || parts.back().rows + counted.rows > kBlockRows) {
            parts.push_back(counted);
        } else {
            SequenceCounter::add(parts.back(), counted);
        }
    }
    // No sequence between them is left out, with rows or without.
    for (std::size_t i = 0; i < parts.size(); ++i) {
        parts[i].seq_first = i == 0 ? span.seq_first : parts[i - 1].seq_last + 1;
    }
    if (!parts.empty()) parts.back().seq_last = span.seq_last;
    return parts;
}

}  // namespace

Result<bool> repair_one_block(Scanner& scanner, DayFile& day) {
    const auto span = day.blocks().first_unfiltered();
    if (!span) return false;
    if (span->rows == 0) {
        const auto parts = cut_to_size(scanner, day, *span);
        if (!parts) return std::unexpected(parts.error());
        day.blocks().split(*span, *parts);
        return true;
    }
    auto terms = terms_of(scanner, day, *span);
    if (!terms) return std::unexpected(terms.error());
    day.blocks().add_filter(*span, *terms);
    return true;
}

Result<void> reopen_last_block(Scanner& scanner, DayFile& day) {
    const auto unfiltered = [&]() -> std::optional<BlockSpan> {
        const auto blocks = day.blocks().snapshot().closed;
        return blocks->empty() || blocks->back().filter ? std::nullopt : std::optional(blocks->back().span);
    };
    auto last = unfiltered();
    if (!last) return {};
    const auto parts = cut_to_size(scanner, day, *last);
    if (!parts) return std::unexpected(parts.error());
    day.blocks().split(*last, *parts);
    last = unfiltered();
    if (!last) return {};
    auto terms = terms_of(scanner, day, *last);
    if (!terms) return std::unexpected(terms.error());
    day.blocks().reopen_last(*terms);
    return {};
}

}  // namespace logchute::store::duck
