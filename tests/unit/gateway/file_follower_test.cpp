#include "file_follower.hpp"

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "memory_sink.hpp"
#include "runtime/temp_folder.hpp"

using namespace logchute;
using namespace logchute::gateway;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// A log file, a place for positions, and a stream.
struct World {
    test::TempFolder folder;
    test::MemorySink sink;
    fs::path path = folder.path("app.log");
    std::size_t chunk_bytes = 512U << 10;

    void append(std::string_view text) const { std::ofstream(path, std::ios::binary | std::ios::app) << text; }
    void replace(std::string_view text) const { std::ofstream(path, std::ios::binary | std::ios::trunc) << text; }
    void rename(const char* name) const { fs::rename(path, folder.path(name)); }

    FileFollower follower(bool follow) {
        auto positions = PositionFile::open(folder.path("positions"), path);
        REQUIRE(positions);
        return {path,
                {.chunks = {.chunk_bytes = chunk_bytes, .join = true},
                 .follow = follow,
                 .poll = 2ms,
                 .rotated_quiet = 1s,
                 .last_line_wait = 20ms},
                std::move(*positions),
                sink};
    }
    /// One run without --follow.
    Result<void> read() { return follower(false).run({}); }
};

/// A run with --follow, ended with the object.
class Following {
public:
    explicit Following(World& world) : world_(world), follower_(world.follower(true)) {}
    ~Following() {
        thread_.request_stop();
        thread_.join();
        CHECK(result_);
    }
    [[nodiscard]] bool sees(const std::string& text) const {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (world_.sink.text() != text && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
        return world_.sink.text() == text;
    }

private:
    World& world_;
    FileFollower follower_;
    Result<void> result_;
    std::jthread thread_{[this](const std::stop_token& stop) { result_ = follower_.run(stop); }};
};

}  // namespace

TEST_CASE("a file is read to its end, and the next time from there") {
    World world;
    world.append("one\n  more of one\ntwo");
    REQUIRE(world.read());
    CHECK(world.sink.text() == "one\n  more of one\ntwo\n");
    REQUIRE(world.read());
    world.append("\nthree\n");
    REQUIRE(world.read());
    CHECK(world.sink.text() == "one\n  more of one\ntwo\nthree\n");
}

TEST_CASE("what cannot be read is told") {
    World world;
    CHECK(world.read().error().code == Errc::not_found);
    fs::create_directory(world.path);
    const auto read = world.read();
    CHECK(read.error().code == Errc::invalid);
    CHECK(read.error().detail.contains("no regular file"));
}

TEST_CASE("a file that rotation renamed between two runs is finished first") {
    World world;
    world.append("one\n");
    REQUIRE(world.read());
    world.append("two\n");
    world.rename("app.log.1");
    world.append("three\n");
    REQUIRE(world.read());
    CHECK(world.sink.text() == "one\ntwo\nthree\n");
    REQUIRE(world.read());
    CHECK(world.sink.text() == "one\ntwo\nthree\n");
}

TEST_CASE("a file that rotation copied and truncated between two runs is finished from the copy") {
    World world;
    world.append("one\n");
    REQUIRE(world.read());
    world.append("two\n");
    fs::copy_file(world.path, world.folder.path("app.log.1"));
    world.replace("three, which is longer than what was there before\n");
    REQUIRE(world.read());
    CHECK(world.sink.text() == "one\ntwo\nthree, which is longer than what was there before\n");
}

TEST_CASE("the same lines again in a truncated file are lines again") {
    World world;
    world.append("same\n");
    REQUIRE(world.read());
    world.replace("");
    REQUIRE(world.read());
    world.append("same\n");
    REQUIRE(world.read());
    CHECK(world.sink.text() == "same\nsame\n");
}

TEST_CASE("growth is seen, a record waits for its continuation, and a line for its end") {
    World world;
    world.append("one\n");
    const Following following(world);
    CHECK(following.sees("one\n"));
    world.append("two\n");
    world.append("  more of two\nthr");
    CHECK(following.sees("one\ntwo\n  more of two\n"));
    world.append("ee\n");
    CHECK(following.sees("one\ntwo\n  more of two\nthree\n"));
    CHECK(world.sink.chunks() == 3);
}

TEST_CASE("a file that is not there yet is waited for, and one that was deleted for its successor") {
    World world;
    const Following following(world);
    world.append("one\n");
    CHECK(following.sees("one\n"));
    world.append("two\n");
    fs::remove(world.path);
    CHECK(following.sees("one\ntwo\n"));
    world.append("three\n");
    CHECK(following.sees("one\ntwo\nthree\n"));
}

TEST_CASE("a renamed file is read on beside the new one, and ends once it is quiet") {
    World world;
    world.append("one\n");
    const Following following(world);
    CHECK(following.sees("one\n"));
    std::ofstream old(world.path, std::ios::app);
    world.rename("app.log.1");
    world.append("two\n");
    CHECK(following.sees("one\ntwo\n"));
    old << "late\nlast" << std::flush;
    CHECK(following.sees("one\ntwo\nlate\n"));
    CHECK(following.sees("one\ntwo\nlate\nlast\n"));  // without a line end, once nobody writes any more
}

TEST_CASE("a truncated file is read from its start, shorter, longer, or by a copy's rest") {
    World world;
    world.append("a first line\nand a second\n");
    const Following following(world);
    CHECK(following.sees("a first line\nand a second\n"));
    world.replace("short\n");
    CHECK(following.sees("a first line\nand a second\nshort\n"));
    world.replace("much longer than it was before\n");
    CHECK(following.sees("a first line\nand a second\nshort\nmuch longer than it was before\n"));
}

TEST_CASE("a partial line that its writer takes back is not given") {
    World world;
    world.append("one\ntw");
    const Following following(world);
    CHECK(following.sees("one\n"));
    fs::resize_file(world.path, 4);
    world.append("three\n");
    CHECK(following.sees("one\nthree\n"));
}

TEST_CASE("rotations while the stream is away lose nothing") {
    World world;
    world.append("one\n");
    REQUIRE(world.read());
    world.append("two\n");
    bool has_rotated = false;
    // Between two attempts to store a chunk, which is when the stream is away, the file is rotated twice.
    class AwaySink final : public ChunkSink {
    public:
        AwaySink(World& world, bool& has_rotated) : world_(world), has_rotated_(has_rotated) {}
        Result<void> take(const Chunk& chunk, const std::string& id, const std::function<void()>& while_waiting) override {
            if (!std::exchange(has_rotated_, true)) {
                for (const char* name : {"app.log.2", "app.log.1"}) {
                    world_.rename(name);
                    world_.append(std::string("new, when ") + name + " had been renamed\n");
                    while_waiting();
                }
            }
            return world_.sink.take(chunk, id, while_waiting);
        }

    private:
        World& world_;
        bool& has_rotated_;
    } sink(world, has_rotated);
    {
        FileFollower follower(world.path, {.follow = true, .poll = 2ms},
                              PositionFile::open(world.folder.path("positions"), world.path).value(), sink);
        std::jthread thread([&](const std::stop_token& stop) { CHECK(follower.run(stop)); });
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (!world.sink.text().contains("app.log.1") && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    }
    CHECK(world.sink.text() == "one\ntwo\nnew, when app.log.2 had been renamed\nnew, when app.log.1 had been renamed\n");
}

TEST_CASE("kills at any moment lose nothing and double nothing, although the file grows and rotates between them") {
    for (unsigned seed = 0; seed < 10; ++seed) {
        INFO("seed " << seed);
        std::mt19937 random(seed);
        World world;
        world.chunk_bytes = 50;
        std::string written;
        for (int round = 0; round < 12; ++round) {
            for (auto lines = random() % 20; lines > 0; --lines) {
                const std::string line = "line " + std::to_string(written.size()) + std::string(random() % 60, '.') + "\n";
                world.append(line);
                written += line;
            }
            if (!fs::exists(world.path)) world.append("");
            world.sink.fail_before(0);
            world.sink.fail_after(0);
            if (round == 11) break;
            if (random() % 2 == 0)
                world.sink.fail_before(1 + static_cast<int>(random() % 8));
            else
                world.sink.fail_after(1 + static_cast<int>(random() % 8));
            (void)world.read();
            if (round % 4 == 3) world.rename(("app.log." + std::to_string(round)).c_str());
        }
        REQUIRE(world.read());
        CHECK(world.sink.text() == written);
    }
}
