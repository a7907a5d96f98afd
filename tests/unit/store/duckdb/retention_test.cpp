#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <thread>

#include "duckdb_faults.hpp"
#include "store_fixture.hpp"

using namespace logchute;
using namespace logchute::store;
using namespace logchute::store::testing;

namespace {
DuckDbOptions keeping(const TempFolder& folder, std::chrono::nanoseconds retention) {
    auto options = options_in(folder);
    options.retention = retention;
    return options;
}
void fill(DuckDbStore& store, int days) {
    for (int day = 0; day < days; ++day) {
        REQUIRE(append_lines(store, static_cast<std::uint64_t>(day + 1), "day " + std::to_string(day), Format::automatic, "test",
                             kNoon + day * kDay));
    }
}
}  // namespace

TEST_CASE("files of days that ended longer ago than the retention go, and never the newest") {
    const TempFolder folder;
    DuckDbStore store(keeping(folder, std::chrono::hours(48)));
    fill(store, 5);
    CHECK(store.apply_retention(from_nanos(kNoon + 2 * kDay)) == 0);
    // The first day ended half a day after its noon: two days later still is 2.5 days.
    CHECK(store.apply_retention(from_nanos(kNoon + kDay / 2 + 2 * kDay)) == 0);
    CHECK(store.apply_retention(from_nanos(kNoon + kDay / 2 + 2 * kDay + 1)) == 1);
    CHECK(store.usage().oldest_day == "2026-11-22");
    CHECK_FALSE(std::filesystem::exists(folder.path() / "logs-2026.11.21.duckdb"));
    CHECK_FALSE(std::filesystem::exists(folder.path() / "logs-2026.11.21.filters"));
    CHECK(count_of(store, "") == 4);
    CHECK(store.apply_retention(from_nanos(kNoon + 1000 * kDay)) == 3);
    CHECK(store.usage().files == 1);
    CHECK(count_of(store, "") == 1);
    CHECK(store.reached() == 5);
    REQUIRE(append_lines(store, 6, "goes on", Format::automatic, "test", kNoon + 5 * kDay));
}

TEST_CASE("without a retention all days stay") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    fill(store, 3);
    CHECK(store.apply_retention(from_nanos(kNoon + 10'000 * kDay)) == 0);
    CHECK(store.usage().files == 3);
}

TEST_CASE("readers go on while days are dropped") {
    const TempFolder folder;
    DuckDbStore store(keeping(folder, std::chrono::hours(1)));
    fill(store, 20);
    std::atomic<bool> wrong{false};
    {
        std::jthread reader([&](std::stop_token stop) {
            while (!stop.stop_requested()) {
                const auto page = store.search(search_for("day"));
                if (!page || page->count == 0) wrong = true;
            }
        });
        for (int day = 1; day < 25; ++day) CHECK(store.apply_retention(from_nanos(kNoon + day * kDay)));
    }
    CHECK_FALSE(wrong);
    CHECK(store.usage().files == 1);
}

TEST_CASE("a day that cannot be deleted is said to be, and deleted later") {
    const TempFolder folder;
    const auto file = folder.path() / "logs-2026.11.21.duckdb";
    const auto filters = folder.path() / "logs-2026.11.21.filters";
    DuckDbStore store(keeping(folder, std::chrono::hours(1)));
    fill(store, 3);
    const auto apply = [&] { return store.apply_retention(from_nanos(kNoon + 10 * kDay)); };
    SECTION("it is not let go") {
        const FailingStatement detach("DETACH DATABASE IF EXISTS d20261121", Fault::before, 2);
        CHECK_FALSE(apply());
        CHECK(detach.failed() == 2);
        CHECK(std::filesystem::exists(file));
    }
    SECTION("its files are not deleted") {
        std::filesystem::remove(filters);
        std::filesystem::create_directories(filters / "in the way");
        CHECK(apply().error().code == Errc::unavailable);
        std::filesystem::remove_all(filters);
        std::ofstream(filters) << "left";
    }
    CHECK(store.usage().files == 1);
    CHECK(count_of(store, "") == 1);
    CHECK(apply() == 1);
    CHECK_FALSE(std::filesystem::exists(file));
    CHECK_FALSE(std::filesystem::exists(filters));
    CHECK(apply() == 0);
}
