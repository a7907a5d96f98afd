#include "syslog_queue.hpp"

#include <catch2/catch_test_macros.hpp>
#include <future>
#include <string>

#include "memory_sink.hpp"

using namespace logchute;
using namespace logchute::gateway;

namespace {

/// A stream that is away until it is told to come back.
class GatedSink final : public ChunkSink {
public:
    Result<void> take(const Chunk& chunk, const std::string& id, const std::function<void()>& while_waiting) override {
        open_.wait();
        return memory.take(chunk, id, while_waiting);
    }
    void open() { gate_.set_value(); }
    test::MemorySink memory;

private:
    std::promise<void> gate_;
    std::shared_future<void> open_ = gate_.get_future().share();
};

void push(SyslogQueue& queue, std::string_view text) { queue.push(text, text.size()); }

}  // namespace

TEST_CASE("a message is one line, whatever it holds, and nothing is no message") {
    test::MemorySink sink;
    SyslogQueue queue({}, sink);
    for (const std::string_view text : {"<14>one", "<14>two\n", "<14>a\r\nb\nc\r\n", "", "\n", " ", "<"}) push(queue, text);
    push(queue, std::string_view("<14>nul\0inside\0", 15));
    push(queue, std::string_view("\0", 1));
    queue.drain();
    CHECK(sink.text() == std::string("<14>one\n<14>two\n<14>a\r#012b#012c\n<\n<14>nul\0inside\n", 50));
    CHECK(queue.received() == 9);
    CHECK(queue.empty() == 4);
}

TEST_CASE("a message over the limit for lines is a chunk of its own with its length, line feeds counted as they are written") {
    test::MemorySink sink;
    SyslogQueue queue({.line_bytes_max = 100}, sink);
    push(queue, "<14>before");
    push(queue, "<14>" + std::string(200, 'x'));
    CHECK(sink.cut_from() <= 204);
    push(queue, std::string(40, 'y') + std::string(40, '\n') + "z");
    queue.push("<14>head", 5'000'000);
    queue.drain();
    CHECK(sink.cut_from() == 5'000'000);
    CHECK(sink.chunks() == 4);
    CHECK(sink.text().contains("\n<14>" + std::string(200, 'x') + "\n"));
}

TEST_CASE("while the stream is away datagrams are kept up to a bound, and then dropped and counted") {
    GatedSink sink;
    SyslogQueue queue({.bytes_max = 1000, .message_bytes = 100, .when_full = WhenFull::drop}, sink);
    const std::string message(99, 'x');
    for (int i = 0; i < 30; ++i) push(queue, message);
    CHECK(queue.bytes() == 1000);
    CHECK_FALSE(queue.has_room());
    CHECK(queue.dropped_full() == 20);
    sink.open();
    queue.drain();
    CHECK(sink.memory.text().size() == 1000);
    CHECK(queue.dropped_full() == 20);
    CHECK(queue.dropped_refused() == 0);
}

TEST_CASE("what has been read from a connection is kept, and its reader hears when there is room again") {
    GatedSink sink;
    std::atomic<int> told = 0;
    SyslogQueue queue({.bytes_max = 1000, .message_bytes = 100, .when_full = WhenFull::take, .on_room = [&] { ++told; }}, sink);
    for (int i = 0; i < 30; ++i) push(queue, std::string(99, 'x'));
    CHECK_FALSE(queue.has_room());
    CHECK(told == 0);
    sink.open();
    queue.drain();
    CHECK(told == 1);
    CHECK(queue.has_room());
    CHECK(sink.memory.text().size() == 3000);
}

TEST_CASE("what the stream does not take is counted") {
    test::MemorySink sink;
    sink.fail_before(1);
    SyslogQueue queue({}, sink);
    push(queue, "<14>one");
    queue.drain();
    CHECK(queue.dropped_refused() == 1);
}
