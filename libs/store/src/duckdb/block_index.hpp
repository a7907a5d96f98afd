// The blocks of one day: which rows to read for a search, and which to leave out.
//
// Blocks are runs of whole messages, in the order in which they came, so a range of sequences names a block. The last one is open: it grows
// with every batch, has no filter, and is always read. A block closes when the next batch would make it larger than kBlockRows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "duckdb/filter_file.hpp"
#include "duckdb/term_set.hpp"

namespace logchute::store::duck {

struct Block {
    BlockSpan span;
    FilterPtr filter;  ///< Null: not known what is in it.
};

/// The blocks as of one commit. What came later is beyond the last sequence.
struct BlockSnapshot {
    std::shared_ptr<const std::vector<Block>> closed;
    std::optional<Block> open;
};

/// Threads: "writer" and "repair" are one thread each; snapshot() from any.
class BlockIndex {
public:
    /// Takes the filters that are beside the database. Those past `seq_last` (rows that were never committed) are ignored.
    BlockIndex(const std::filesystem::path& filter_file, std::uint64_t seq_first, std::uint64_t seq_last);

    [[nodiscard]] BlockSnapshot snapshot() const;

    // Writer.
    /// Before a batch of `rows`: closes the open block if the batch would make it too large.
    void make_room(std::uint64_t rows);
    /// Terms of rows to come. Those of a batch that then failed may stay: they cost bits, never a row.
    [[nodiscard]] TermSet& open_terms() noexcept { return open_terms_; }
    /// After the commit of a batch.
    void grow_open(BlockSpan batch);
    void close_open();

    // Repair.
    /// The first closed block that has no filter, or one that was found damaged.
    [[nodiscard]] std::optional<BlockSpan> first_unfiltered() const;
    /// Puts `parts` in place of the block of exactly this span: the same rows, cut to size. None where it held no row.
    void split(const BlockSpan& span, const std::vector<BlockSpan>& parts);
    /// Gives the block of exactly this span its filter.
    void add_filter(const BlockSpan& span, TermSet& terms);
    /// Makes the last block without a filter the open one, `terms` being its content. Before the first batch.
    void reopen_last(TermSet& terms);

private:
    using BlockList = std::vector<Block>;

    FilterFile file_;
    TermSet open_terms_;  // The writer's alone.
    mutable std::mutex mutex_;
    // Guarded by mutex_. The list is replaced, never changed.
    std::shared_ptr<const BlockList> closed_ = std::make_shared<BlockList>();
    std::optional<Block> open_;
};

}  // namespace logchute::store::duck
