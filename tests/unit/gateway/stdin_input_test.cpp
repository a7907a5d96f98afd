#include "stdin_input.hpp"

#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "logchute/runtime/unique_fd.hpp"
#include "memory_sink.hpp"

using namespace logchute;
using namespace logchute::gateway;

namespace {

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        REQUIRE(::pipe(ends.data()) == 0);
        out = runtime::UniqueFd(ends[0]);
        in = runtime::UniqueFd(ends[1]);
    }
    void write(std::string_view text) const {
        while (!text.empty()) {
            const auto written = ::write(in.get(), text.data(), text.size());
            REQUIRE(written > 0);
            text.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    void close() { in = runtime::UniqueFd(); }
    runtime::UniqueFd out, in;
};

}  // namespace

TEST_CASE("standard input is read to its end, the last line without a line end too, whatever its bytes") {
    Pipe pipe;
    test::MemorySink sink;
    const std::string odd("nul \0 high \xff\xfe cr\r here\r\n", 25);
    std::jthread writer([&] {
        pipe.write("one\n  more of one\n" + odd + "\n\nlast");
        pipe.close();
    });
    REQUIRE(StdinInput(pipe.out.get(), {.join = true}, sink).run({}));
    CHECK(sink.text() == "one\n  more of one\n" + odd + "\n\nlast\n");
}

TEST_CASE("an empty standard input is nothing") {
    Pipe pipe;
    pipe.close();
    test::MemorySink sink;
    REQUIRE(StdinInput(pipe.out.get(), {}, sink).run({}));
    CHECK(sink.chunks() == 0);
}

TEST_CASE("a line on standard input that is too long keeps its head and says how long it was") {
    Pipe pipe;
    test::MemorySink sink;
    std::jthread writer([&] {
        pipe.write(std::string(3'000'000, 'x') + "\n");
        pipe.close();
    });
    REQUIRE(StdinInput(pipe.out.get(), {}, sink).run({}));
    CHECK(sink.cut_from() == 3'000'000);
    CHECK(sink.text().size() == kTooLongBytesKept + 1);
}

TEST_CASE("what stands on standard input is given although it goes on, and all that was read before a stop") {
    Pipe pipe;
    test::MemorySink sink;
    std::jthread reader([&](const std::stop_token& stop) { CHECK(StdinInput(pipe.out.get(), {.join = true}, sink).run(stop)); });
    pipe.write("first\nsec");
    while (sink.text() != "first\n") std::this_thread::yield();
    reader.request_stop();
    reader.join();
    CHECK(sink.text() == "first\nsec\n");
}

TEST_CASE("a failure of the sink ends the reading, and a descriptor that is none is told") {
    Pipe pipe;
    pipe.write("one\n");
    pipe.close();
    test::MemorySink sink;
    sink.fail_before(1);
    CHECK(StdinInput(pipe.out.get(), {}, sink).run({}).error().code == Errc::closed);
    // poll() says of it that it is ready, and read() what is wrong.
    CHECK(StdinInput(987, {}, sink).run({}).error().detail.contains("standard input"));
}
