// A disk that is full refuses a batch whole, and takes it once there is room.
#include <sys/mount.h>
#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "store_fixture.hpp"

using namespace logchute;
using namespace logchute::store;
using namespace logchute::store::testing;

namespace {

// A file system of its own with `size` bytes; needs to be root.
class SmallDisk {
public:
    explicit SmallDisk(const std::string& size) {
        mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
    }
    ~SmallDisk() {
        if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    [[nodiscard]] bool is_mounted() const noexcept { return mounted_; }
    [[nodiscard]] const TempFolder& folder() const noexcept { return folder_; }

private:
    TempFolder folder_;
    bool mounted_ = false;
};

// What neither DuckDB's compression nor ours makes small.
std::string noise(std::uint64_t seed, std::size_t lines) {
    std::string text;
    auto state = seed * 0x9e3779b97f4a7c15ULL + 1;
    for (std::size_t n = 0; n < lines; ++n) {
        for (int i = 0; i < 12; ++i) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            text += std::to_string(state) + " ";
        }
        text += "\n";
    }
    return text;
}

}  // namespace

// Appends until the disk is full, makes room, and goes on.
void fill_and_go_on(const std::string& size, std::size_t ballast_bytes, std::size_t lines) {
    const SmallDisk disk(size);
    if (!disk.is_mounted()) SKIP("a small file system cannot be mounted here: run as root");
    const auto ballast = disk.folder().path() / "ballast";
    std::ofstream(ballast) << std::string(ballast_bytes, 'x');

    std::uint64_t sequence = 0;
    std::uint64_t rows = 0;
    {
        DuckDbStore store(options_in(disk.folder()));
        const auto append_next = [&] {
            auto done = append_lines(store, sequence + 1, noise(sequence, lines), Format::plain);
            if (done) {
                ++sequence;
                rows += lines;
            }
            CHECK(store.reached() == sequence);
            CHECK(count_of(store, "") == rows);
            return done;
        };
        Result<void> done;
        for (int tries = 0; tries < 200 && done; ++tries) done = append_next();
        REQUIRE_FALSE(done);
        INFO(done.error().detail);
        CHECK(done.error().code == Errc::unavailable);
        for (int tries = 0; tries < 3; ++tries) static_cast<void>(append_next());

        std::filesystem::remove(ballast);
        for (int tries = 0; tries < 3; ++tries) {
            done = append_next();
            if (!done) UNSCOPED_INFO(done.error().detail);
            CHECK(done);
        }
    }
    DuckDbStore store(options_in(disk.folder()));
    CHECK(store.reached() == sequence);
    CHECK(count_of(store, "") == rows);
    CHECK(store.usage().rows == rows);
}

TEST_CASE("a full disk refuses a batch whole, and takes it once there is room") {
    SECTION("full while the log is written") { fill_and_go_on("24M", 8U << 20, 5000); }
    SECTION("full while rows are written to their place") { fill_and_go_on("70M", 20U << 20, 45'000); }
    SECTION("full while the log is made into tables") { fill_and_go_on("110M", 30U << 20, 20'000); }
}
