#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "duckdb/layout.hpp"
#include "store_fixture.hpp"

using namespace logchute;
using namespace logchute::store;
using namespace logchute::store::testing;

TEST_CASE("an empty store has reached nothing and finds nothing") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    CHECK(store.reached() == 0);
    CHECK(store.search(search_for(""))->count == 0);
    CHECK(store.stats({})->total == 0);
    CHECK(store.histogram({})->total == 0);
    CHECK(store.fields({})->empty());
    CHECK(store.tallies("")->empty());
    CHECK(store.usage().files == 0);
    CHECK(store.usage().newest_day.empty());
}

TEST_CASE("what was appended is found at once, and after the store was opened again") {
    const TempFolder folder;
    std::string id;
    {
        DuckDbStore store(options_in(folder));
        REQUIRE(append_lines(store, 7, R"({"timestamp":"2026-11-21T09:00:00Z","level":"error","service":"api","message":"it broke"})"));
        CHECK(store.reached() == 7);
        const auto page = store.search(search_for("broke service:api"));
        REQUIRE(page->count == 1);
        id = member_of(page->lines, "id");
        CHECK(member_of(page->lines, "timestamp") == "2026-11-21T09:00:00Z");
        CHECK(member_of(page->lines, "level") == "error");
        CHECK(member_of(page->lines, "source") == "test");
    }
    DuckDbStore store(options_in(folder));
    CHECK(store.reached() == 7);
    CHECK(member_of(store.search(search_for("broke"))->lines, "id") == id);
    CHECK(store.usage().rows == 1);
    CHECK(store.usage().files == 1);
    CHECK(store.usage().newest_day == "2026-11-21");
    CHECK(store.usage().bytes_on_disk > 0);
    REQUIRE(append_lines(store, 8, "and another"));
    CHECK(count_of(store, "") == 2);
}

TEST_CASE("a sequence that the store has reached is refused, and so is one that falls") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    REQUIRE(append_lines(store, 7, "first"));
    CHECK(append_lines(store, 7, "again").error().code == Errc::invalid);
    CHECK(append_lines(store, 6, "before").error().code == Errc::invalid);
    BatchBuilder falling;
    falling.message(9, "a").message(8, "b");
    CHECK(store.append(falling.batch(9)).error().code == Errc::invalid);
    BatchBuilder short_of;
    short_of.message(9, "a");
    CHECK(store.append(short_of.batch(8)).error().code == Errc::invalid);
    CHECK(store.reached() == 7);
    CHECK(count_of(store, "") == 1);
}

TEST_CASE("a batch without records moves on what is reached, and its tallies count") {
    const TempFolder folder;
    {
        DuckDbStore store(options_in(folder));
        BatchBuilder nothing;
        REQUIRE(store.append(nothing.records(5, {}).tally("source/http", {0, 3}).batch(6)));
        CHECK(store.reached() == 6);
        REQUIRE(store.append({{}, 9, {{"source/http", {0, 1}}}}));
        CHECK(store.reached() == 9);
    }
    DuckDbStore store(options_in(folder));
    CHECK(store.reached() == 9);
    CHECK(store.tallies("source/")->at("source/http") == Tally{0, 4});
    REQUIRE(append_lines(store, 10, "x"));
    CHECK(count_of(store, "x") == 1);
}

TEST_CASE("a first batch without messages makes a store") {
    const TempFolder folder;
    {
        DuckDbStore store(options_in(folder));
        REQUIRE(store.append({{}, 3, {}}));
    }
    CHECK(DuckDbStore(options_in(folder)).reached() == 3);
}

TEST_CASE("tallies add up by key, over batches, days and restarts") {
    const TempFolder folder;
    {
        DuckDbStore store(options_in(folder));
        BatchBuilder first, second, next_day;
        REQUIRE(store.append(first.message(1, "a\nb").tally("source/http", {2, 1}).tally("upload/x'; --", {2, 0}).batch()));
        REQUIRE(store.append(second.message(2, "c").tally("source/http", {1, 0}).tally("source/nats", {5, 5}).batch()));
        REQUIRE(store.append(next_day.message(3, "d", Format::automatic, "test", kNoon + kDay).tally("source/http", {1, 1}).batch()));
        CHECK(store.usage().files == 2);
    }
    DuckDbStore store(options_in(folder));
    CHECK(*store.tallies("") == Tallies{{"source/http", {4, 2}}, {"source/nats", {5, 5}}, {"upload/x'; --", {2, 0}}});
    CHECK(*store.tallies("source/") == Tallies{{"source/http", {4, 2}}, {"source/nats", {5, 5}}});
    CHECK(store.tallies("sources")->empty());
}

TEST_CASE("counts by minute end after some hours, in the middle of a day, and stay gone") {
    const TempFolder folder;
    {
        DuckDbStore store(options_in(folder));
        BatchBuilder builder;
        REQUIRE(store.append(builder.message(1, "a").tally("minute/1/http", {1, 0}).tally("source/http", {1, 0}).batch()));
        CHECK(store.tallies("minute/")->size() == 1);
    }
    {
        DuckDbStore store(options_in(folder));  // Looks with its first batch, then once an hour. Noon of the tests is long past.
        CHECK(store.tallies("minute/")->size() == 1);
        BatchBuilder builder;
        REQUIRE(store.append(builder.message(2, "b").tally("source/http", {1, 0}).batch()));
        CHECK(store.tallies("minute/")->empty());
    }
    DuckDbStore store(options_in(folder));
    CHECK(*store.tallies("") == Tallies{{"source/http", {2, 0}}});
}

TEST_CASE("counts of uploads that have not changed for a week are left behind when a day begins, all others are kept") {
    const TempFolder folder;
    const auto append = [](DuckDbStore& store, std::uint64_t sequence, int day, std::string upload) {
        BatchBuilder batch;
        batch.message(sequence, "line", Format::automatic, "test", kNoon + day * kDay).tally("source/test", {1, 0});
        if (!upload.empty()) batch.tally(std::move(upload), {1, 0});
        if (sequence == 1) batch.tally("stream/2026", {40, 0});
        REQUIRE(store.append(batch.batch()));
    };
    {
        DuckDbStore store(options_in(folder));
        append(store, 1, 0, "upload/short");
        append(store, 2, 0, "upload/long");
        append(store, 3, 1, "upload/long");
        append(store, 4, 7, "");  // The first day is not a week away yet.
        CHECK(*store.tallies("upload/") == Tallies{{"upload/long", {2, 0}}, {"upload/short", {1, 0}}});
    }
    {
        DuckDbStore store(options_in(folder));
        append(store, 5, 8, "");
        CHECK(*store.tallies("upload/") == Tallies{{"upload/long", {2, 0}}});
        append(store, 6, 8, "upload/long");
    }
    DuckDbStore store(options_in(folder));
    append(store, 7, 15, "");
    CHECK(*store.tallies("") == Tallies{{"source/test", {7, 0}}, {"stream/2026", {40, 0}}, {"upload/long", {3, 0}}});
    append(store, 8, 16, "");
    CHECK(*store.tallies("") == Tallies{{"source/test", {8, 0}}, {"stream/2026", {40, 0}}});
}

TEST_CASE("the day of receipt chooses the file, whatever the records' times are") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    REQUIRE(append_lines(store, 1, R"({"timestamp":"2019-01-01T00:00:00Z","message":"old"})"));
    REQUIRE(append_lines(store, 2, R"({"timestamp":"2031-01-01T00:00:00Z","message":"ahead"})"));
    CHECK(store.usage().files == 1);
    CHECK(std::filesystem::exists(folder.path() / "logs-2026.11.21.duckdb"));
    REQUIRE(append_lines(store, 3, "tomorrow", Format::automatic, "test", kNoon + kDay));
    CHECK(std::filesystem::exists(folder.path() / "logs-2026.11.22.duckdb"));
    CHECK(store.usage().oldest_day == "2026-11-21");
    CHECK(store.usage().newest_day == "2026-11-22");
    // The bus's clock went back: no day is opened again.
    REQUIRE(append_lines(store, 4, "back", Format::automatic, "test", kNoon));
    CHECK(store.usage().files == 2);
    CHECK(count_of(store, "") == 4);
    CHECK(count_of(store, "", {from_nanos(0), from_nanos(kNoon - 1000 * kDay)}) == 1);
}

TEST_CASE("a batch that crosses midnight goes whole into the day in which it begins") {
    const TempFolder folder;
    {
        DuckDbStore store(options_in(folder));
        BatchBuilder builder;
        builder.message(1, "before\nmidnight", Format::automatic, "test", kNoon + kDay / 2 - kSecond);
        builder.message(2, "after", Format::automatic, "test", kNoon + kDay / 2 + kSecond);
        builder.tally("source/test", {3, 0});
        REQUIRE(store.append(builder.batch()));
        CHECK(store.usage().files == 1);
        REQUIRE(append_lines(store, 3, "next", Format::automatic, "test", kNoon + kDay / 2 + 2 * kSecond));
        CHECK(store.usage().files == 2);
    }
    DuckDbStore store(options_in(folder));
    CHECK(store.reached() == 3);
    CHECK(count_of(store, "") == 4);
    CHECK(store.tallies("")->at("source/test") == Tally{3, 0});
}

TEST_CASE("a store has one owner") {
    const TempFolder folder;
    {
        DuckDbStore store(options_in(folder));
        CHECK_THROWS_AS(DuckDbStore(options_in(folder)), StoreOwnedElsewhere);
        REQUIRE(append_lines(store, 1, "still fine"));
    }
    CHECK(DuckDbStore(options_in(folder)).reached() == 1);
}

TEST_CASE("a folder that cannot be used is named") {
    const TempFolder folder;
    std::ofstream(folder.path() / "file") << "x";
    auto options = options_in(folder);
    options.path = (folder.path() / "file" / "store").string();
    CHECK_THROWS_AS(DuckDbStore(options), std::runtime_error);
}

TEST_CASE("the folder may be written in any way, quotes and links among them") {
    const TempFolder folder;
    std::filesystem::create_directories(folder.path() / "it's \"here\"");
    std::filesystem::create_directory_symlink(folder.path() / "it's \"here\"", folder.path() / "link");
    std::uint64_t reached = 0;
    for (const char* path : {"it's \"here\"", "link", "link/", "./link/../it's \"here\"/.", "link//"}) {
        INFO(path);
        auto options = options_in(folder);
        options.path = (folder.path() / path).string();
        DuckDbStore store(options);
        CHECK(store.reached() == reached);
        REQUIRE(append_lines(store, ++reached, "x"));
        CHECK(count_of(store, "x") == reached);
    }
}

TEST_CASE("a file that is no database stops the start, and is named") {
    const TempFolder folder;
    std::ofstream(folder.path() / "logs-2026.11.20.duckdb") << std::string(100'000, 'x');
    try {
        DuckDbStore store(options_in(folder));
        FAIL("it opened");
    } catch (const std::runtime_error& error) {
        CHECK(std::string(error.what()).find("logs-2026.11.20.duckdb") != std::string::npos);
    }
}

TEST_CASE("a day whose making was interrupted is none") {
    const TempFolder folder;
    {
        DuckDbStore store(options_in(folder));
        REQUIRE(append_lines(store, 1, "a"));
    }
    std::ofstream(folder.path() / "logs-2026.11.22.duckdb.new") << "half a file";
    DuckDbStore store(options_in(folder));
    CHECK(store.reached() == 1);
    CHECK(store.usage().files == 1);
    REQUIRE(append_lines(store, 2, "b", Format::automatic, "test", kNoon + kDay));
    CHECK(count_of(store, "") == 2);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "logs-2026.11.22.duckdb.new"));
}

TEST_CASE("rows over many batches and blocks are all there, each once") {
    const TempFolder folder;
    constexpr std::size_t kBatches = 12;
    constexpr std::size_t kRows = 30'000;
    static_assert(kBatches * kRows > 2 * duck::kBlockRows);
    const auto lines = [](std::size_t batch) {
        std::string text;
        for (std::size_t n = 0; n < kRows; ++n) {
            const auto number = std::to_string(batch * kRows + n);
            text += R"({"message":"record )" + number + R"(","n":)" + number + "}\n";
        }
        return text;
    };
    {
        DuckDbStore store(options_in(folder));
        for (std::size_t batch = 0; batch < kBatches; ++batch) REQUIRE(append_lines(store, batch + 1, lines(batch), Format::json));
        CHECK(count_of(store, "") == kBatches * kRows);
    }
    DuckDbStore store(options_in(folder));
    CHECK(store.usage().rows == kBatches * kRows);
    CHECK(count_of(store, "") == kBatches * kRows);
    StatsRequest sum;
    sum.aggregate = Aggregate::sum;
    sum.field = "n";
    CHECK(store.stats(sum)->value == static_cast<double>(kBatches * kRows) * static_cast<double>(kBatches * kRows - 1) / 2);
    for (const std::size_t n : {std::size_t{0}, kRows, 5 * kRows + 17, kBatches * kRows - 1}) {
        CHECK(messages_of(*store.search(search_for("\"record " + std::to_string(n) + "\""))) == std::vector{"record " + std::to_string(n)});
        CHECK(count_of(store, "n:" + std::to_string(n)) == 1);
    }
    CHECK(count_of(store, "\"record nowhere\"") == 0);
}
