#include "duckdb/block_index.hpp"

#include <catch2/catch_test_macros.hpp>

#include "duckdb/layout.hpp"
#include "store_fixture.hpp"

using namespace logchute::store::duck;
using logchute::store::testing::TempFolder;

namespace {

BlockSpan batch(std::uint64_t first, std::uint64_t last, std::uint64_t rows, std::int64_t from = 0, std::int64_t to = 0) {
    return {first, last, rows, from, to};
}

// "1-10f 11-20 | 21-30": closed blocks, f for those with a filter, then the open one.
std::string shape(const BlockIndex& index) {
    std::string text;
    const auto add = [&](const Block& block) {
        text += std::to_string(block.span.seq_first) + "-" + std::to_string(block.span.seq_last) + (block.filter ? "f " : " ");
    };
    const auto blocks = index.snapshot();
    for (const auto& block : *blocks.closed) add(block);
    if (blocks.open) {
        text += "| ";
        add(*blocks.open);
    }
    if (!text.empty()) text.pop_back();
    return text;
}

void append(BlockIndex& index, const BlockSpan& span) {
    index.make_room(span.rows);
    index.open_terms().insert(span.seq_first * 2 + 1);
    index.grow_open(span);
}

}  // namespace

TEST_CASE("a block closes before the batch that would make it too large") {
    const TempFolder folder;
    BlockIndex index(folder.path() / "f", 1, 0);
    CHECK(shape(index).empty());
    append(index, batch(1, 5, kBlockRows / 2, 100, 200));
    append(index, batch(6, 9, kBlockRows / 2, 50, 150));
    CHECK(shape(index) == "| 1-9");
    append(index, batch(10, 12, 1));
    CHECK(shape(index) == "1-9f | 10-12");
    const auto closed = index.snapshot().closed->front();
    CHECK(closed.span.rows == kBlockRows);
    CHECK(closed.span.time_min == 50);
    CHECK(closed.span.time_max == 200);
    CHECK(closed.filter->may_contain(1 * 2 + 1));
    CHECK(closed.filter->may_contain(6 * 2 + 1));
}

TEST_CASE("a batch larger than a block is a block") {
    const TempFolder folder;
    BlockIndex index(folder.path() / "f", 1, 0);
    append(index, batch(1, 5, kBlockRows * 3));
    append(index, batch(6, 6, 1));
    CHECK(shape(index) == "1-5f | 6-6");
}

TEST_CASE("sequences without records leave no gap between blocks") {
    const TempFolder folder;
    BlockIndex index(folder.path() / "f", 1, 0);
    append(index, batch(1, 5, kBlockRows));
    append(index, batch(9, 12, kBlockRows));
    append(index, batch(20, 21, 1));
    CHECK(shape(index) == "1-5f 6-12f | 13-21");
}

TEST_CASE("what has no filter after opening is a block without") {
    const TempFolder folder;
    {
        BlockIndex index(folder.path() / "f", 1, 0);
        append(index, batch(1, 5, kBlockRows));
        append(index, batch(6, 9, kBlockRows));
        append(index, batch(10, 12, 1));
    }
    CHECK(shape(BlockIndex(folder.path() / "f", 1, 12)) == "1-5f 6-9f 10-12");
    CHECK(shape(BlockIndex(folder.path() / "f", 1, 9)) == "1-5f 6-9f");
    // Rows that the file of filters knows and the database does not were never committed.
    CHECK(shape(BlockIndex(folder.path() / "f", 1, 7)) == "1-5f 6-7");
    CHECK(shape(BlockIndex(folder.path() / "other", 3, 12)) == "3-12");
    CHECK(shape(BlockIndex(folder.path() / "other", 1, 0)).empty());
}

TEST_CASE("a block without a filter is cut to size and gets filters") {
    const TempFolder folder;
    TermSet terms;
    terms.insert(7);
    {
        BlockIndex index(folder.path() / "f", 1, 100);
        REQUIRE(index.first_unfiltered());
        index.split(*index.first_unfiltered(), {batch(1, 40, 10), batch(41, 100, 10)});
        CHECK(shape(index) == "1-40 41-100");
        index.add_filter(*index.first_unfiltered(), terms);
        CHECK(shape(index) == "1-40f 41-100");
        index.reopen_last(terms);
        CHECK(shape(index) == "1-40f | 41-100");
        CHECK(index.open_terms().size() == 1);
        append(index, batch(101, 102, kBlockRows));
        CHECK(shape(index) == "1-40f 41-100f | 101-102");
        CHECK_FALSE(index.first_unfiltered());
    }
    CHECK(shape(BlockIndex(folder.path() / "f", 1, 102)) == "1-40f 41-100f 101-102");
}

TEST_CASE("a block that held no row goes") {
    const TempFolder folder;
    BlockIndex index(folder.path() / "f", 1, 100);
    index.split(*index.first_unfiltered(), {});
    CHECK(shape(index).empty());
}

TEST_CASE("a snapshot stays as it was") {
    const TempFolder folder;
    BlockIndex index(folder.path() / "f", 1, 0);
    append(index, batch(1, 5, 10));
    const auto before = index.snapshot();
    append(index, batch(6, 9, 10));
    CHECK(before.open->span.seq_last == 5);
    CHECK(index.snapshot().open->span.seq_last == 9);
}
