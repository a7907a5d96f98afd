#include "duckdb/day_file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <thread>

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
