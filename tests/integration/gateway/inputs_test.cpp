// Syslog, files and standard input against the real server, which goes away meanwhile.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "file_follower.hpp"
#include "logchute/bus/consumer.hpp"
#include "logchute/bus/log_message.hpp"
#include "logchute/bus/names.hpp"
#include "runtime/temp_folder.hpp"
#include "stdin_input.hpp"
#include "support/nats_server.hpp"
#include "syslog_server.hpp"

using namespace logchute;
using namespace logchute::gateway;
using namespace std::chrono_literals;

namespace {

struct World {
    test::NatsServer server;
    runtime::Settings settings;
    runtime::Metrics metrics;
    bus::Connection connection{{.url = server.url(), .name = "test", .reconnect_wait = 20ms}};
    bus::Provisioner streams{connection, {bus::logs_stream(settings.nats)}, [](auto&&...) {}};
    bus::Publisher publisher{connection, {.ack_timeout = 1s}};
    Admission admission{connection, streams, 0.8, metrics};

    /// All records of the stream so far, as "source service: message"; lines that are none as "bad: line".
    std::vector<std::string> records(std::size_t at_least) {
        bus::PullConsumer consumer(connection, {.stream = std::string(bus::kLogsStream), .name = "reader-" + std::to_string(++readers_)});
        bus::LogMessageReader reader;
        std::vector<std::string> seen;
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (std::chrono::steady_clock::now() < deadline) {
            const auto messages = consumer.fetch({.wait = 300ms});
            if (messages && messages->empty() && seen.size() >= at_least) break;
            if (!messages) continue;
            for (const bus::Message& message : *messages) {
                std::string scratch;
                ParsedBatch batch;
                const auto log = reader.read(message, scratch, batch);
                for (const LogRecord& it : batch.records)
                    seen.push_back(std::string(log.source) + ' ' + std::string(it.service) + ": " + std::string(it.message));
                for (const BadLine& it : batch.bad) seen.push_back("bad: " + std::string(it.raw));
            }
        }
        return seen;
    }

private:
    int readers_ = 0;
};

runtime::UniqueFd connect_to(int type, std::uint16_t port) {
    runtime::UniqueFd fd(::socket(AF_INET, type, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    return fd;
}

void send(const runtime::UniqueFd& fd, std::string_view bytes) {
    REQUIRE(::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
}

std::string numbered(int from, int to) {
    std::string text;
    for (int i = from; i < to; ++i) text += "record " + std::to_string(i) + " of many\n  and more of it\n";
    return text;
}

void check_numbered(const std::vector<std::string>& seen, const std::string& source, int count) {
    REQUIRE(seen.size() == static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        CHECK(seen[static_cast<std::size_t>(i)] == source + " : record " + std::to_string(i) + " of many\n  and more of it");
}

}  // namespace

TEST_CASE("syslog over UDP and TCP is stored once, each message read as syslog, although NATS goes away in between") {
    World world;
    SyslogServer syslog(world.settings.gateway, 0, world.publisher, world.admission, world.metrics);
    const auto udp = connect_to(SOCK_DGRAM, syslog.port());
    const auto tcp = connect_to(SOCK_STREAM, syslog.port());
    std::multiset<std::string> sent;
    for (int i = 0; i < 200; ++i) {
        if (i == 50) world.server.kill();
        if (i == 150) world.server.start();
        const std::string number = std::to_string(i);
        send(udp, "<14>1 - node app - - - datagram " + number);
        send(tcp, "<11>Nov 21 10:00:00 node cron[7]: line " + number + "\n");
        const std::string counted = "<14>1 - node web - - [a b=\"c\"] counted\nover lines " + number;
        send(tcp, std::to_string(counted.size()) + ' ' + counted);
        sent.insert({"syslog app: datagram " + number, "syslog cron: line " + number, "syslog web: counted#012over lines " + number});
    }
    send(udp, "no syslog");
    sent.insert("bad: no syslog");
    syslog.stop(std::chrono::steady_clock::now() + 15s);
    const auto seen = world.records(sent.size());
    CHECK(std::multiset<std::string>(seen.begin(), seen.end()) == sent);
    CHECK(world.metrics.expose().contains("gateway_syslog_messages_total{transport=\"tcp\"} 400"));
}

TEST_CASE("a stop without NATS ends in time, and says what is lost") {
    World world;
    world.server.kill();
    SyslogServer syslog(world.settings.gateway, 0, world.publisher, world.admission, world.metrics);
    send(connect_to(SOCK_DGRAM, syslog.port()), "<14>1 - node app - - - lost");
    const auto begun = std::chrono::steady_clock::now();
    syslog.stop(begun + 3s);
    CHECK(std::chrono::steady_clock::now() - begun < 3s);
    CHECK(world.metrics.expose().contains("gateway_syslog_dropped_total{reason=\"refused\",transport=\"udp\"} 1"));
}

TEST_CASE("standard input waits for NATS, and what it held is stored once, in order and joined") {
    World world;
    Shipper shipper(world.publisher, world.admission, {.source = "stdin", .join = true}, world.metrics);
    std::array<int, 2> ends{};
    // The server that is started again must not hold the other end.
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const runtime::UniqueFd out(ends[0]);  // outlives the reader
    {
        std::jthread reader([&] { CHECK(StdinInput(out.get(), {.chunk_bytes = 4096, .join = true}, shipper).run({})); });
        const runtime::UniqueFd in(ends[1]);
        for (int i = 0; i < 2000; i += 100) {
            if (i == 500) world.server.kill();
            if (i == 1200) world.server.start();
            const std::string text = numbered(i, i + 100);
            REQUIRE(::write(in.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
        }
    }
    check_numbered(world.records(2000), "stdin", 2000);
}

TEST_CASE("a file is followed through rotation, NATS's absence and restarts of the reader, each record once and in order") {
    World world;
    const test::TempFolder folder;
    const std::filesystem::path path = folder.path("app.log");
    const auto append = [&](int from, int to) { std::ofstream(path, std::ios::app) << numbered(from, to); };
    const auto follow_while = [&](const auto& something_else) {
        Shipper shipper(world.publisher, world.admission, {.source = "file", .join = true}, world.metrics);
        FileFollower follower(path, {.chunks = {.chunk_bytes = 4096, .join = true}, .follow = true, .poll = 2ms},
                              PositionFile::open(folder.path("positions"), path).value(), shipper);
        std::jthread thread([&](const std::stop_token& stop) { CHECK(follower.run(stop)); });
        something_else();
        shipper.give_up_at(std::chrono::steady_clock::now());
    };
    for (int i = 0; i < 10; ++i) {
        append(200 * i, 200 * i + 200);
        if (i == 3) world.server.kill();
        if (i == 5) world.server.start();
        // However far it has come by then: the stop may fall anywhere.
        follow_while([i] { std::this_thread::sleep_for(std::chrono::milliseconds(5 + 7 * i)); });
        if (i % 3 == 2) std::filesystem::rename(path, folder.path("app.log." + std::to_string(i)));
    }
    std::vector<std::string> seen;
    follow_while([&] { seen = world.records(2000); });
    // Between two files, the last record of the older one may come behind the first of the newer.
    std::ranges::sort(seen, {}, [](const std::string& it) { return std::stoi(it.substr(it.find("record ") + 7)); });
    check_numbered(seen, "file", 2000);
}
