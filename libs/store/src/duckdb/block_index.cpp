#include "duckdb/block_index.hpp"

#include <algorithm>

#include "duckdb/block_filter.hpp"
#include "duckdb/layout.hpp"

namespace logchute::store::duck {
namespace {

bool same_rows(const BlockSpan& a, const BlockSpan& b) { return a.seq_first == b.seq_first && a.seq_last == b.seq_last; }
bool before(const Block& a, const Block& b) { return a.span.seq_first < b.span.seq_first; }

// The blocks that have filters, and blocks without for what they leave uncovered.
std::vector<Block> cover(std::vector<FilterFile::Record> records, std::uint64_t seq_first, std::uint64_t seq_last) {
    std::vector<Block> known;
    for (auto& record : records) {
        if (record.span.seq_first >= seq_first && record.span.seq_last <= seq_last)
            known.push_back({record.span, std::move(record.filter)});
    }
    // Of two for the same rows the later one counts: it was made because the first was damaged.
    std::reverse(known.begin(), known.end());
    std::stable_sort(known.begin(), known.end(), before);

    std::vector<Block> all;
    std::uint64_t next = seq_first;
    for (auto& block : known) {
        if (block.span.seq_first < next) continue;  // Overlaps one that is there.
        if (block.span.seq_first > next) all.push_back({{.seq_first = next, .seq_last = block.span.seq_first - 1}, nullptr});
        next = block.span.seq_last + 1;
        all.push_back(std::move(block));
    }
    if (next <= seq_last) all.push_back({{.seq_first = next, .seq_last = seq_last}, nullptr});
    return all;
}

void widen(BlockSpan& span, const BlockSpan& by) {
    span.seq_first = std::min(span.seq_first, by.seq_first);
    span.seq_last = std::max(span.seq_last, by.seq_last);
    span.rows += by.rows;
    span.time_min = std::min(span.time_min, by.time_min);
    span.time_max = std::max(span.time_max, by.time_max);
}

}  // namespace

BlockIndex::BlockIndex(const std::filesystem::path& filter_file, std::uint64_t seq_first, std::uint64_t seq_last) : file_(filter_file) {
    auto records = file_.take_records();
    if (seq_first <= seq_last) closed_ = std::make_shared<BlockList>(cover(std::move(records), seq_first, seq_last));
}

BlockSnapshot BlockIndex::snapshot() const {
    const std::lock_guard lock(mutex_);
    return {closed_, open_};
}

void BlockIndex::make_room(std::uint64_t rows) {
    if (!open_) return;  // Only the writer changes it, so the writer may look without the lock.
    if (open_->span.rows + rows > kBlockRows || open_terms_.size() > kBlockTermsMax) close_open();
}

void BlockIndex::grow_open(BlockSpan batch) {
    const std::lock_guard lock(mutex_);
    // Sequences without a record belong to the block behind them: the blocks leave no gap, which could be one whose filter was lost.
    if (!open_ && !closed_->empty()) batch.seq_first = closed_->back().span.seq_last + 1;
    if (open_)
        widen(open_->span, batch);
    else
        open_ = Block{batch, nullptr};
}

void BlockIndex::close_open() {
    if (!open_) return;
    auto filter = file_.append(open_->span, build_filter(open_terms_));
    const std::lock_guard lock(mutex_);
    auto list = std::make_shared<BlockList>(*closed_);
    list->push_back({open_->span, std::move(filter)});
    closed_ = std::move(list);
    open_.reset();
    open_terms_.clear();
}

std::optional<BlockSpan> BlockIndex::first_unfiltered() const {
    const auto blocks = snapshot().closed;
    const auto found =
        std::find_if(blocks->begin(), blocks->end(), [](const Block& b) { return !b.filter || b.filter->is_known_damaged(); });
    return found == blocks->end() ? std::nullopt : std::optional(found->span);
}

void BlockIndex::split(const BlockSpan& span, const std::vector<BlockSpan>& parts) {
    const std::lock_guard lock(mutex_);
    auto list = std::make_shared<BlockList>();
    for (const auto& block : *closed_) {
        if (!same_rows(block.span, span)) list->push_back(block);
    }
    for (const auto& part : parts) list->push_back({part, nullptr});
    std::sort(list->begin(), list->end(), before);
    closed_ = std::move(list);
}

void BlockIndex::add_filter(const BlockSpan& span, TermSet& terms) {
    auto filter = file_.append(span, build_filter(terms));
    const std::lock_guard lock(mutex_);
    auto list = std::make_shared<BlockList>(*closed_);
    for (auto& block : *list) {
        if (same_rows(block.span, span)) block = {span, filter};
    }
    closed_ = std::move(list);
}

void BlockIndex::reopen_last(TermSet& terms) {
    const std::lock_guard lock(mutex_);
    if (open_ || closed_->empty() || closed_->back().filter) return;
    auto list = std::make_shared<BlockList>(*closed_);
    open_ = list->back();
    list->pop_back();
    closed_ = std::move(list);
    terms.for_each([this](std::uint64_t hash) { open_terms_.insert(hash); });
}

}  // namespace logchute::store::duck
