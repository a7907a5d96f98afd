#include "stdout_target.hpp"

#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <future>
#include <string>

using namespace logchute;
using namespace logchute::noise;

namespace {

struct Pipe {
    Pipe() { REQUIRE(::pipe(ends.data()) == 0); }
    ~Pipe() {
        for (const int end : ends) {
            if (end >= 0) ::close(end);
        }
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    void close_reader() {
        ::close(ends[0]);
        ends[0] = -1;
    }
    std::string read(std::size_t size) const {
        std::string text(size, '\0');
        std::size_t have = 0;
        while (have < size) {
            const ssize_t got = ::read(ends[0], text.data() + have, size - have);
            REQUIRE(got > 0);
            have += static_cast<std::size_t>(got);
        }
        return text;
    }
    std::array<int, 2> ends{};
};

}  // namespace

TEST_CASE("a batch larger than the pipe arrives whole and is counted once") {
    const Pipe pipe;
    std::uint32_t delivered = 0;
    StdoutTarget target(pipe.ends[1], [&](std::uint32_t records, std::uint32_t, std::size_t) { delivered += records; });
    const std::string text(1'000'000, 'x');
    auto reader = std::async(std::launch::async, [&] { return pipe.read(text.size()); });
    REQUIRE(target.send({.text = text, .records = 7}, {}));
    CHECK(reader.get() == text);
    CHECK(delivered == 7);
}

TEST_CASE("a reader that has gone ends it") {
    std::signal(SIGPIPE, SIG_IGN);
    Pipe pipe;
    pipe.close_reader();
    StdoutTarget target(pipe.ends[1], [](auto...) {});
    const auto sent = target.send({.text = "x\n", .records = 1}, {});
    REQUIRE(!sent);
    CHECK(sent.error().code == Errc::closed);
}

TEST_CASE("a stop is seen while the reader takes nothing") {
    const Pipe pipe;
    StdoutTarget target(pipe.ends[1], [](auto...) {});
    std::stop_source stop;
    auto sent =
        std::async(std::launch::async, [&] { return target.send({.text = std::string(1'000'000, 'x'), .records = 1}, stop.get_token()); });
    stop.request_stop();
    const auto outcome = sent.get();
    REQUIRE(!outcome);
    CHECK(outcome.error().code == Errc::closed);
}
