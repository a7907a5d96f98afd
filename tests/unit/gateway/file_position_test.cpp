#include "file_position.hpp"

#include <fcntl.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>

#include "runtime/temp_folder.hpp"

using namespace logchute;
using namespace logchute::gateway;

namespace {

const std::filesystem::path kPath = "/var/log/an app.log";

std::filesystem::path file_in(const std::filesystem::path& folder) {
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".json") return entry.path();
    return {};
}

}  // namespace

TEST_CASE("positions are kept, and nothing is known of a path that is new") {
    const test::TempFolder folder;
    const FilePosition one{.device = 1, .inode = ~0ULL, .generation = "aa", .stored = 5, .sending = 9, .fingerprint = ~0ULL - 1};
    {
        const auto file = PositionFile::open(folder.path("deep/down"), kPath);
        REQUIRE(file);
        CHECK(file->load().value().empty());
        REQUIRE(file->save({{}, one}));
    }
    const auto positions = PositionFile::open(folder.path("deep/down"), kPath).value().load().value();
    REQUIRE(positions.size() == 2);
    CHECK(positions[1].device == one.device);
    CHECK(positions[1].inode == one.inode);
    CHECK(positions[1].generation == "aa");
    CHECK(positions[1].stored == 5);
    CHECK(positions[1].sending == 9);
    CHECK(positions[1].fingerprint == one.fingerprint);
    CHECK(PositionFile::open(folder.path("deep/down"), "/var/other/an app.log").value().load().value().empty());
}

TEST_CASE("two readers of one path do not share its position") {
    const test::TempFolder folder;
    const auto first = PositionFile::open(folder.path(), kPath);
    REQUIRE(first);
    CHECK(PositionFile::open(folder.path(), kPath).error().code == Errc::conflict);
    CHECK(PositionFile::open(folder.path(), "/var/log/other.log"));
}

TEST_CASE("damaged positions are told, not taken for none") {
    const test::TempFolder folder;
    const auto positions = PositionFile::open(folder.path(), kPath);
    REQUIRE(positions->save({}));
    const auto name = file_in(folder.path()).filename().string();
    for (const char* text : {"", "{", "[]", "{}", R"({"files":[{}]})", R"({"files":[{"device":-1}]})", R"({"files":7})",
                             R"({"files":[{"device":1,"inode":1,"generation":"a","stored":5,"sending":4,"fingerprint":0}]})"}) {
        INFO(text);
        folder.write(name, text);
        const auto loaded = positions->load();
        REQUIRE_FALSE(loaded);
        CHECK(loaded.error().code == Errc::invalid);
        CHECK(loaded.error().detail.contains(name));
    }
}

TEST_CASE("a path that is no UTF-8 has a position as well") {
    const test::TempFolder folder;
    const auto positions = PositionFile::open(folder.path(), "/var/log/\xff\n.log");
    REQUIRE(positions);
    REQUIRE(positions->save({}));
    CHECK(positions->load());
}

TEST_CASE("a fingerprint is of the first and the last bytes up to a size") {
    const test::TempFolder folder;
    const auto print_of = [&](const std::string& text, std::uint64_t size) {
        const runtime::UniqueFd fd(::open(folder.write("file", text).c_str(), O_RDONLY));
        return fingerprint(fd.get(), size);
    };
    const std::string text(5000, 'a');
    const auto print = print_of(text, 4000).value();
    CHECK(print_of(text + "more", 4000).value() == print);
    for (const std::size_t at : {0U, 1023U, 2976U, 3999U}) {
        std::string other = text;
        other[at] = 'b';
        CHECK(print_of(other, 4000).value() != print);
    }
    CHECK(print_of(text, 3999).value() == print_of(text, 3999).value());
    CHECK(print_of("", 0));
    CHECK_FALSE(print_of("short", 6));
}
