#include "duckdb/day_file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fstream>
#include <thread>

#include "duckdb_faults.hpp"
#include "store_fixture.hpp"

using namespace logchute;
using namespace logchute::store;
using namespace logchute::store::testing;
using duck::day_file_name;
using duck::day_of_file_name;

TEST_CASE("a file is named after its day") {
    using namespace std::chrono;
    const sys_days day{2026y / November / 21d};
    CHECK(day_file_name(day) == "logs-2026.11.21.duckdb");
    CHECK(day_of_file_name("logs-2026.11.21.duckdb") == day);
    for (const char* name : {"", "logs-2026.11.21.duckdb.wal", "logs-2026.13.01.duckdb", "logs-2026.02.30.duckdb", "logs-2026-11-21.duckdb",
                             "logs-20261.1.21.duckdb", "logs-0001.01.01.duckdb", "logs-9999.01.01.duckdb", "logs-+026.11.21.duckdb",
                             "other.duckdb", "logs-2026.11.21.filters"}) {
        INFO(name);
        CHECK_FALSE(day_of_file_name(name));
    }
}

namespace {

void fill(DuckDbStore& store) {
    for (std::uint64_t sequence = 1; sequence <= 4; ++sequence) {
        std::string text;
        for (int n = 0; n < 70'000; ++n) text += "line " + std::to_string(n) + " of batch" + std::to_string(sequence) + "\n";
        REQUIRE(append_lines(store, sequence, text, Format::plain));
    }
}

void check_finds(DuckDbStore& store) {
    for (const char* query : {"batch1", "batch2", "batch3", "batch4"}) CHECK(count_of(store, query) == 70'000);
    CHECK(count_of(store, "\"line 69999 of batch2\"") == 1);
    CHECK(count_of(store, "batch5") == 0);
}

void damage(const std::filesystem::path& path, std::streamoff at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    file << "damage";
}

}  // namespace

TEST_CASE("filters that are lost or damaged cost no record, and are made again") {
    const TempFolder folder;
    {
        DuckDbStore store(options_in(folder));
        fill(store);
        check_finds(store);
    }
    const auto path = folder.path() / "logs-2026.11.21.filters";
    const auto size = std::filesystem::file_size(path);
    REQUIRE(size > 0);
    SECTION("lost") { std::filesystem::remove(path); }
    SECTION("empty") { std::filesystem::resize_file(path, 0); }
    SECTION("cut") { std::filesystem::resize_file(path, size / 2); }
    SECTION("a wrong header") { damage(path, 40); }
    SECTION("wrong bits") { damage(path, 5000); }
    SECTION("something else") { std::ofstream(path) << std::string(size, '#'); }
    SECTION("a folder") {
        std::filesystem::remove(path);
        std::filesystem::create_directory(path);
    }
    for (int round = 0; round < 3; ++round) {
        DuckDbStore store(options_in(folder));
        check_finds(store);
        REQUIRE(append_lines(store, static_cast<std::uint64_t>(10 + round), "after", Format::plain));
        CHECK(count_of(store, "after") == static_cast<std::size_t>(round + 1));
    }
}

namespace {

// One day of a store that has nothing else.
class OneDay {
public:
    Result<std::unique_ptr<duck::DayFile>> create() { return duck::DayFile::create(database_, folder_.path(), kDayOne, carried_); }
    Result<std::unique_ptr<duck::DayFile>> open() { return duck::DayFile::open(database_, folder_.path(), kDayOne); }
    duck::Database& database() { return database_; }
    [[nodiscard]] std::filesystem::path path() const { return folder_.path() / day_file_name(kDayOne); }
    void check_progress(const duck::DayFile& file) {
        const auto progress = file.read_progress(*database_.connection()).value();
        CHECK(progress.reached == 7);
        CHECK(progress.tallies.size() == 1);
    }

private:
    static constexpr duck::Day kDayOne{std::chrono::year{2026} / 11 / 21};
    TempFolder folder_;
    duck::Database database_{options_in(folder_)};
    const duck::Progress carried_{7, {{"source/http", {{5, 1}, from_nanos(kNoon)}}}};
};

}  // namespace

TEST_CASE("a day that could not be made is made at the second try") {
    OneDay day;
    const auto fault = GENERATE(Fault::before, Fault::after);
    const std::string statement = GENERATE("ATTACH", "BEGIN", "CREATE TABLE", "COMMIT", "CHECKPOINT", "SELECT layout", "SELECT form");
    CAPTURE(static_cast<int>(fault), statement);
    if (fault == Fault::after && statement == "ATTACH") return;  // Of which DuckDB knows no such failure.
    {
        const FailingStatement failing(statement, fault);
        CHECK_FALSE(day.create());
        CHECK(failing.failed() == 1);
    }
    CHECK_FALSE(std::filesystem::exists(day.path().string() + ".new"));
    const auto made = day.create();
    if (!made) FAIL(made.error().detail);
    day.check_progress(**made);
}

TEST_CASE("a day whose name is taken is made once it is free") {
    OneDay day;
    std::filesystem::create_directories(day.path() / "in the way");
    CHECK(day.create().error().code == Errc::unavailable);
    std::filesystem::remove_all(day.path());
    const auto made = day.create();
    if (!made) FAIL(made.error().detail);
    day.check_progress(**made);
}

TEST_CASE("a day that could not be opened is opened at the second try") {
    OneDay day;
    REQUIRE(day.create());
    const std::string statement = GENERATE("ATTACH", "SELECT layout", "SELECT form");
    CAPTURE(statement);
    {
        const FailingStatement failing(statement, Fault::before);
        CHECK_FALSE(day.open());
    }
    const auto opened = day.open();
    if (!opened) FAIL(opened.error().detail);
    day.check_progress(**opened);
}

TEST_CASE("a day is closed though the checkpoint that goes with it failed, and can be opened again") {
    OneDay day;
    const auto fault = GENERATE(Fault::before, Fault::after);
    CAPTURE(static_cast<int>(fault));
    auto file = day.create().value();
    {
        const FailingStatement failing("DETACH", fault);
        CHECK(file->close());
        CHECK(file->is_gone());
        CHECK(failing.failed() == 1);
    }
    CHECK(file->close());
    const auto opened = day.open();
    if (!opened) FAIL(opened.error().detail);
    day.check_progress(**opened);
}

TEST_CASE("a file of a layout yet to come is refused") {
    OneDay day;
    {
        auto file = day.create().value();
        REQUIRE(day.database().connection()->run("UPDATE " + file->database() + ".main.offsets SET layout = 99"));
    }
    for (int opening = 0; opening < 2; ++opening) CHECK(day.open().error().detail.find("another version") != std::string::npos);
}
