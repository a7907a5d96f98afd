#include "logchute/core/line_chunker.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <random>
#include <string>
#include <vector>

using namespace logchute;

namespace {

struct Piece {
    std::string text;
    std::uint64_t lines;
    std::uint64_t records;
    std::uint64_t cut_from_bytes;
    friend bool operator==(const Piece&, const Piece&) = default;
};

/// Chunks of `text`, given in pieces of `step` bytes (0: whole).
std::vector<Piece> chunks_of(std::string_view text, ChunkOptions options, std::size_t step = 0) {
    std::vector<Piece> pieces;
    LineChunker chunker(options, [&](const Chunk& chunk) -> Result<void> {
        pieces.push_back({std::string(chunk.text), chunk.lines, chunk.records, chunk.cut_from_bytes});
        return {};
    });
    if (step == 0) step = text.size() + 1;
    for (std::size_t at = 0; at < text.size(); at += step) REQUIRE(chunker.add(text.substr(at, step)));
    REQUIRE(chunker.finish());
    return pieces;
}

/// Without the blank lines in front, which belong to whichever chunk comes next.
std::string_view without_blanks(std::string_view text) { return text.substr(std::min(text.find_first_not_of("\r\n"), text.size())); }

}  // namespace

TEST_CASE("a text smaller than a chunk is one chunk") {
    CHECK(chunks_of("one\ntwo\r\nthree", {}) == std::vector<Piece>{{"one\ntwo\r\nthree", 3, 3, 0}});
}

TEST_CASE("blank lines are no records, and alone they are no chunk") {
    CHECK(chunks_of("\n  \r\n\t\n", {}).empty());
    CHECK(chunks_of("", {}).empty());
    CHECK(chunks_of("\none\n\n", {})[0].records == 1);
}

TEST_CASE("a chunk ends with the record that fills it") {
    const auto pieces = chunks_of("aaaa\nbbbb\ncccc\ndddd\n", {.chunk_bytes = 8});
    REQUIRE(pieces.size() == 2);
    CHECK(pieces[0] == Piece{"aaaa\nbbbb\n", 2, 2, 0});
    CHECK(pieces[1] == Piece{"cccc\ndddd\n", 2, 2, 0});
}

TEST_CASE("continuation lines stay with their record") {
    const std::string_view text = "one\n  a\n  b\ntwo\n  c\n";
    const auto pieces = chunks_of(text, {.chunk_bytes = 1, .join = true});
    REQUIRE(pieces.size() == 2);
    CHECK(pieces[0] == Piece{"one\n  a\n  b\n", 3, 1, 0});
    CHECK(pieces[1] == Piece{"two\n  c\n", 2, 1, 0});
    CHECK(chunks_of(text, {.chunk_bytes = 1}).size() == 5);
}

TEST_CASE("a line that is too long is cut and says how long it was") {
    const std::string longer(kTooLongBytesKept + 1000, 'x');
    const auto step = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{100'000});
    const auto pieces = chunks_of("before\n" + longer + "\r\nafter\n", {.line_bytes_max = kTooLongBytesKept}, step);
    REQUIRE(pieces.size() == 3);
    CHECK(pieces[0] == Piece{"before\n", 1, 1, 0});
    CHECK(pieces[1].text == longer.substr(0, kTooLongBytesKept));
    CHECK(pieces[1].lines == 1);
    CHECK(pieces[2] == Piece{"after\n", 1, 1, 0});
}

TEST_CASE("a line that is too long and is the last one is cut as well") {
    const std::string longer(kTooLongBytesKept + 5, 'x');
    const auto pieces = chunks_of(longer, {.line_bytes_max = 100}, 1000);
    REQUIRE(pieces.size() == 1);
    CHECK(pieces[0].cut_from_bytes == longer.size());
    CHECK(pieces[0].text.size() == kTooLongBytesKept);
}

TEST_CASE("however a text is torn, the chunks hold the same lines and counts") {
    std::mt19937 chance(7);
    for (int round = 0; round < 300; ++round) {
        std::string text;
        for (int i = 0; i < 40; ++i) {
            text += std::string(chance() % 3 == 0 ? "  " : "");
            text += std::string(chance() % 30, static_cast<char>('a' + i % 26));
            text += chance() % 5 == 0 ? "\r\n" : "\n";
        }
        const ChunkOptions options{.chunk_bytes = 1 + chance() % 200, .line_bytes_max = 25, .join = chance() % 2 == 0};
        const auto whole = chunks_of(text, options);
        CHECK(chunks_of(text, options, 1 + chance() % 50) == whole);
    }
}

TEST_CASE("the chunks are up to the bytes alone, not to the reads they arrive in") {
    std::mt19937 chance(21);
    for (int round = 0; round < 200; ++round) {
        std::string text;
        while (text.size() < 3 * kTooLongBytesKept) {
            const auto kind = chance() % 20;
            if (kind < 3) text += chance() % 2 == 0 ? " \t" : "\r";
            if (kind < 5) text += "\tat com.example.Shop.order(Shop.java:7)";
            if (kind >= 5) text += std::string(chance() % (kind == 19 ? 2 * kTooLongBytesKept : 400), static_cast<char>('a' + kind));
            text += chance() % 4 == 0 ? "\r\n" : "\n";
        }
        if (chance() % 2 == 0) text.pop_back();
        const ChunkOptions options{
            .chunk_bytes = 1 + chance() % 5'000, .line_bytes_max = 100 + chance() % kTooLongBytesKept, .join = chance() % 2 == 0};
        const auto whole = chunks_of(text, options);

        std::vector<Piece> torn;
        LineChunker chunker(options, [&](const Chunk& chunk) -> Result<void> {
            torn.push_back({std::string(chunk.text), chunk.lines, chunk.records, chunk.cut_from_bytes});
            return {};
        });
        const std::size_t most = 1U << (chance() % 16);
        for (std::string_view rest = text; !rest.empty();) {
            const std::size_t size = std::min<std::size_t>(rest.size(), 1 + chance() % most);
            REQUIRE(chunker.add(rest.substr(0, size)));
            rest.remove_prefix(size);
        }
        REQUIRE(chunker.finish());
        REQUIRE((torn == whole));
    }
}

TEST_CASE("blank lines without end neither pile up nor swell a chunk") {
    std::size_t largest = 0;
    std::uint64_t records = 0;
    LineChunker chunker({.chunk_bytes = 1'000}, [&](const Chunk& chunk) -> Result<void> {
        largest = std::max(largest, chunk.text.size());
        records += chunk.records;
        return {};
    });
    const std::string blanks(5'000, '\n');
    REQUIRE(chunker.add("one\n"));
    for (int i = 0; i < 100; ++i) REQUIRE(chunker.add(blanks));
    REQUIRE(chunker.add("two\n"));
    REQUIRE(chunker.finish());
    CHECK(records == 2);
    CHECK(largest < 2'000);
}

TEST_CASE("a failure to emit ends the stream") {
    LineChunker chunker({.chunk_bytes = 1}, [](const Chunk&) -> Result<void> { return fail(Errc::unavailable, "the bus is away"); });
    const auto done = chunker.add("one\ntwo\n");
    REQUIRE_FALSE(done);
    CHECK(done.error().code == Errc::unavailable);
    CHECK(chunker.records() == 1);
}

TEST_CASE("a flush gives what is complete, and keeps the record that may go on") {
    std::vector<Piece> pieces;
    LineChunker chunker({.join = true}, [&](const Chunk& chunk) -> Result<void> {
        pieces.push_back({std::string(chunk.text), chunk.lines, chunk.records, chunk.cut_from_bytes});
        return {};
    });
    REQUIRE(chunker.flush(Flush::records));
    REQUIRE(chunker.add("one\n  a\ntwo\n\n  b\nthr"));
    REQUIRE(chunker.flush(Flush::records));
    CHECK(pieces == std::vector<Piece>{{"one\n  a\n", 2, 1, 0}});
    REQUIRE(chunker.add("ee\n"));
    REQUIRE(chunker.flush(Flush::records));
    REQUIRE(pieces.size() == 2);
    CHECK(pieces[1] == Piece{"two\n\n  b\n", 2, 1, 0});
    REQUIRE(chunker.add("  c\nfou"));
    REQUIRE(chunker.flush(Flush::lines));
    REQUIRE(pieces.size() == 3);
    CHECK(pieces[2] == Piece{"three\n  c\n", 2, 1, 0});
    REQUIRE(chunker.add("r"));
    REQUIRE(chunker.finish());
    REQUIRE(pieces.size() == 4);
    CHECK(pieces[3] == Piece{"four", 1, 1, 0});
    CHECK(chunker.lines() == 7);
    CHECK(chunker.records() == 4);
}

TEST_CASE("where a chunk ends in the input is told, however the input comes and is flushed") {
    std::string text = "\n\none\r\n  more\n" + std::string(500, 'x') + "\r\n\n\n";
    for (int i = 0; i < 50; ++i)
        text += (i % 7 == 0 ? "  " : "") + std::to_string(i) + std::string(static_cast<std::size_t>(i) * 3, 'y') + "\n";
    text += std::string(700, 'z');
    std::mt19937_64 random(17);
    for (int round = 0; round < 200; ++round) {
        const ChunkOptions options{.chunk_bytes = 1 + random() % 300, .line_bytes_max = 150, .join = round % 2 == 0};
        std::uint64_t begin = 0;
        LineChunker chunker(options, [&](const Chunk& chunk) -> Result<void> {
            REQUIRE(chunk.end > begin);
            // The same bytes alone give the same chunk: what is sent again after a crash is what was sent before.
            const auto again =
                chunks_of(text.substr(begin, chunk.end - begin), {.chunk_bytes = text.size(), .line_bytes_max = 150, .join = options.join});
            REQUIRE(again.size() == 1);
            CHECK(without_blanks(again[0].text) == without_blanks(chunk.text));
            CHECK(again[0].cut_from_bytes == chunk.cut_from_bytes);
            CHECK(again[0].lines == chunk.lines);
            CHECK(again[0].records == chunk.records);
            begin = chunk.end;
            return {};
        });
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t step = 1 + random() % 200;
            REQUIRE(chunker.add(std::string_view(text).substr(at, step)));
            at += step;
            if (random() % 3 == 0) REQUIRE(chunker.flush(random() % 2 == 0 ? Flush::lines : Flush::records));
        }
        REQUIRE(chunker.finish());
        CHECK(begin == text.size());
    }
}
