// Syslog over real sockets, into a stream in memory.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "memory_sink.hpp"
#include "syslog_tcp.hpp"
#include "syslog_udp.hpp"

using namespace logchute;
using namespace logchute::gateway;
using namespace std::chrono_literals;

namespace {

/// A sender's socket.
class Sender {
public:
    Sender(Transport transport, std::uint16_t port) : fd_(::socket(AF_INET, transport == Transport::udp ? SOCK_DGRAM : SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    void send(std::string_view bytes) const {
        REQUIRE(::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
    }
    /// Until the other side has closed.
    [[nodiscard]] bool is_closed_by_peer() const {
        char byte = 0;
        return ::recv(fd_.get(), &byte, 1, 0) <= 0;
    }

private:
    runtime::UniqueFd fd_;
};

struct World {
    explicit World(SyslogTcpOptions tcp_options = {}) : options(tcp_options) {}
    test::MemorySink sink;
    SyslogTcpOptions options;
    WakeEvent room;
    SyslogQueue queue{{.when_full = WhenFull::take, .on_room = [this] { room.set(); }}, sink};
    runtime::UniqueFd listener = bind_socket(Transport::tcp, "127.0.0.1", 0);
    std::uint16_t port = port_of(listener.get());
    SyslogUdp udp{bind_socket(Transport::udp, "127.0.0.1", port), queue};
    SyslogTcp tcp{std::move(listener), queue, room, options};

    [[nodiscard]] std::string text_after_stop() {
        udp.stop();
        tcp.stop();
        queue.drain();
        return sink.text();
    }
};

template <class Condition>
bool eventually(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!condition() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    return condition();
}

}  // namespace

TEST_CASE("datagrams that have arrived by the stop are all taken, the largest and the empty too") {
    World world;
    const Sender sender(Transport::udp, world.port);
    std::string sent;
    for (int i = 0; i < 500; ++i) {
        const std::string message = "<14>1 - - - - - - message " + std::to_string(i);
        sender.send(message);
        sent += message + '\n';
    }
    const std::string largest(65'507, 'A');
    sender.send("");
    sender.send(largest);
    CHECK(world.text_after_stop() == sent + largest + '\n');
    CHECK(world.queue.empty() == 1);
    CHECK(world.udp.kernel_dropped() == 0);
}

TEST_CASE("what connections have sent by the stop is taken, in both framings and without an end") {
    World world;
    const Sender counted(Transport::tcp, world.port);
    const Sender lines(Transport::tcp, world.port);
    const Sender unfinished(Transport::tcp, world.port);
    counted.send("7 <14>one7 <14>two");
    lines.send("<14>three\n<14>four\n");
    unfinished.send("<14>five");
    std::string text = world.text_after_stop();
    for (const char* word : {"<14>one\n<14>two\n", "<14>three\n<14>four\n", "<14>five\n"}) CHECK(text.contains(word));
    CHECK(text.size() == std::string("<14>one<14>two<14>three<14>four<14>five").size() + 5);
    CHECK(world.tcp.incomplete() == 1);
    CHECK(lines.is_closed_by_peer());
}

TEST_CASE("connections beyond the maximum are closed, and there is room again when others have gone") {
    World world({.connections_max = 2});
    auto first = std::make_unique<Sender>(Transport::tcp, world.port);
    const Sender second(Transport::tcp, world.port);
    REQUIRE(eventually([&] { return world.tcp.connections() == 2; }));
    CHECK(Sender(Transport::tcp, world.port).is_closed_by_peer());
    CHECK(world.tcp.closed_too_many() == 1);
    first.reset();
    REQUIRE(eventually([&] { return world.tcp.connections() == 1; }));
    Sender(Transport::tcp, world.port).send("<14>late\n");
    CHECK(eventually([&] { return world.sink.text() == "<14>late\n"; }));
}

TEST_CASE("a connection without a word is closed, and what had come of its message is kept") {
    World world({.idle_timeout = 1ms});
    const Sender sender(Transport::tcp, world.port);
    sender.send("<14>half");
    CHECK(sender.is_closed_by_peer());
    CHECK(eventually([&] { return world.sink.text() == "<14>half\n"; }));
    CHECK(world.tcp.closed_idle() == 1);
}

TEST_CASE("unfinished messages have a bound in all") {
    World world({.buffered_bytes_max = 400'000});
    const Sender first(Transport::tcp, world.port);
    const Sender second(Transport::tcp, world.port);
    first.send(std::string(150'000, 'x'));
    second.send(std::string(150'000, 'y'));
    CHECK(eventually([&] { return world.tcp.closed_memory() == 1; }));
    CHECK(eventually([&] { return world.tcp.connections() == 1; }));
}

TEST_CASE("while the stream is away a connection is not read, and nothing of it is lost") {
    class GatedSink final : public ChunkSink {
    public:
        Result<void> take(const Chunk& chunk, const std::string& id, const std::function<void()>& while_waiting) override {
            std::unique_lock lock(mutex_);
            opened_.wait(lock, [this] { return is_open_; });
            return memory.take(chunk, id, while_waiting);
        }
        void open() {
            const std::lock_guard lock(mutex_);
            is_open_ = true;
            opened_.notify_all();
        }
        test::MemorySink memory;

    private:
        std::mutex mutex_;
        std::condition_variable opened_;
        bool is_open_ = false;
    } sink;
    const WakeEvent room;
    SyslogQueue queue({.bytes_max = 100'000, .when_full = WhenFull::take, .on_room = [&] { room.set(); }}, sink);
    auto listener = bind_socket(Transport::tcp, "127.0.0.1", 0);
    const std::uint16_t port = port_of(listener.get());
    SyslogTcp tcp(std::move(listener), queue, room, {});
    constexpr std::size_t kMessages = 200'000;
    std::jthread writer([&] {
        const Sender sender(Transport::tcp, port);
        std::string text;
        for (std::size_t i = 0; i < kMessages; ++i) text += "<14>1 - - - - - - a message of some length, to fill what lies between\n";
        sender.send(text);
    });
    REQUIRE(eventually([&] { return !queue.has_room(); }));
    CHECK(queue.bytes() < 100'000 + (128U << 10));
    sink.open();
    CHECK(eventually([&] { return queue.received() == kMessages; }));
    tcp.stop();
    queue.drain();
    const std::string text = sink.memory.text();
    CHECK(static_cast<std::size_t>(std::ranges::count(text, '\n')) == kMessages);
}

TEST_CASE("a port that is in use is told, with the setting to change") {
    const auto first = bind_socket(Transport::udp, "127.0.0.1", 0);
    const auto why = [&](const char* host, std::uint16_t port) -> std::string {
        try {
            (void)bind_socket(Transport::udp, host, port);
        } catch (const std::runtime_error& failure) {
            return failure.what();
        }
        return "";
    };
    CHECK(why("127.0.0.1", port_of(first.get())).contains("in use; stop what uses it, or set another gateway.syslog_port"));
    CHECK(why("nowhere.example", 0).contains("gateway.host"));
    CHECK(why("192.0.2.1", 0).contains("gateway.host"));
    CHECK(why("::1", 0).empty());
}
