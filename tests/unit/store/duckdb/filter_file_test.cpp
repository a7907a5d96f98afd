#include "duckdb/filter_file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "duckdb/block_filter.hpp"
#include "store_fixture.hpp"

using namespace logchute::store::duck;
using logchute::store::testing::TempFolder;

namespace {

std::vector<std::uint64_t> filter_of(std::uint64_t first, std::uint64_t count) {
    TermSet set;
    for (auto n = first; n < first + count; ++n) set.insert(n * 0x9e3779b97f4a7c15ULL);
    return build_filter(set);
}
bool holds(const StoredFilter& filter, std::uint64_t n) { return filter.may_contain(n * 0x9e3779b97f4a7c15ULL); }

void flip_byte(const std::filesystem::path& path, std::streamoff at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const auto byte = static_cast<char>(file.get());
    file.seekp(at);
    file.put(static_cast<char>(byte ^ 1));
}

std::filesystem::path three_records(const TempFolder& folder) {
    const auto path = folder.path() / "day.filters";
    FilterFile file(path);
    CHECK(file.take_records().empty());
    for (std::uint64_t i = 0; i < 3; ++i) {
        const auto filter = file.append({i * 10 + 1, i * 10 + 10, 1000, 5, 6}, filter_of(i * 5000, 5000));
        CHECK(filter->is_intact());
        CHECK(holds(*filter, i * 5000));
    }
    return path;
}

}  // namespace

TEST_CASE("filters are there again when the file is opened again") {
    const TempFolder folder;
    const auto path = three_records(folder);
    FilterFile file(path);
    const auto records = file.take_records();
    REQUIRE(records.size() == 3);
    for (std::uint64_t i = 0; i < 3; ++i) {
        CHECK(records[i].span.seq_first == i * 10 + 1);
        CHECK(records[i].span.seq_last == i * 10 + 10);
        CHECK(records[i].span.rows == 1000);
        CHECK(records[i].span.time_min == 5);
        CHECK(records[i].span.time_max == 6);
        REQUIRE(records[i].filter->is_intact());
        for (auto n = i * 5000; n < i * 5000 + 5000; ++n) REQUIRE(holds(*records[i].filter, n));
    }
}

TEST_CASE("a filter with a wrong bit says so, and the others stay") {
    const TempFolder folder;
    const auto path = three_records(folder);
    flip_byte(path, 128 + 500);
    FilterFile file(path);
    const auto records = file.take_records();
    REQUIRE(records.size() == 3);
    CHECK_FALSE(records[0].filter->is_known_damaged());  // Nobody looked yet.
    CHECK_FALSE(records[0].filter->is_intact());
    CHECK(records[0].filter->is_known_damaged());
    CHECK(records[1].filter->is_intact());
}

TEST_CASE("from a wrong header on the file is cut, and written again from there") {
    const TempFolder folder;
    const auto path = three_records(folder);
    const auto size = std::filesystem::file_size(path);
    flip_byte(path, static_cast<std::streamoff>(size / 3) + 16);  // Records are of the same size.
    {
        FilterFile file(path);
        CHECK(file.take_records().size() == 1);
        CHECK(std::filesystem::file_size(path) == size / 3);
        CHECK(file.append({11, 20, 1000, 5, 6}, filter_of(1, 10))->is_intact());
    }
    FilterFile file(path);
    CHECK(file.take_records().size() == 2);
}

TEST_CASE("a file that was cut anywhere gives what is whole") {
    for (const auto keep : {0.99, 0.7, 0.5, 0.34, 0.1, 0.001, 0.0}) {
        INFO(keep);
        const TempFolder folder;
        const auto path = three_records(folder);
        std::filesystem::resize_file(path, static_cast<std::uintmax_t>(static_cast<double>(std::filesystem::file_size(path)) * keep));
        FilterFile file(path);
        for (const auto& record : file.take_records()) CHECK(record.filter->is_intact());
    }
}

TEST_CASE("a file of anything else is no file of filters") {
    const TempFolder folder;
    const auto path = folder.path() / "day.filters";
    std::ofstream(path) << std::string(100'000, 'x');
    FilterFile file(path);
    CHECK(file.take_records().empty());
    CHECK(file.append({1, 2, 3, 4, 5}, filter_of(1, 10))->is_intact());
}

TEST_CASE("where the file cannot be written the filter stays in memory") {
    FilterFile file("/nowhere/at/all.filters");
    const auto filter = file.append({1, 2, 3, 4, 5}, filter_of(0, 100));
    CHECK(filter->is_intact());
    CHECK(holds(*filter, 99));
}
