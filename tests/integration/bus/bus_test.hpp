// What most tests of the bus start from.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "logchute/bus/connection.hpp"
#include "logchute/bus/stream.hpp"
#include "support/nats_server.hpp"

namespace logchute::bus {

using namespace std::chrono_literals;

/// Slack for a machine that does other things too. What is timed is asserted against limits many times the usual.
inline constexpr milliseconds kPatience{10'000};

/// A server, and a connection to it.
struct BusTest {
    test::NatsServer server;
    Connection connection{{.url = server.url(), .name = "test"}};

    BusTest() { REQUIRE(connection.wait_connected(kPatience)); }
    void make_logs_stream() { REQUIRE(ensure_stream(connection, {.name = "LOGS", .subjects = {"logs.>"}})); }
};

/// Counts, from any thread (Catch2's own checks are for one alone), and lets a test wait for a number.
class Counter {
public:
    void add() {
        const std::lock_guard lock(mutex_);
        ++count_;
        changed_.notify_all();
    }
    bool reaches(std::size_t wanted, milliseconds timeout = kPatience) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, timeout, [&] { return count_ >= wanted; });
    }
    [[nodiscard]] std::size_t value() {
        const std::lock_guard lock(mutex_);
        return count_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t count_ = 0;
};

/// How long something took.
class Stopwatch {
public:
    [[nodiscard]] milliseconds elapsed() const { return std::chrono::duration_cast<milliseconds>(SteadyClock::now() - begin_); }

private:
    SteadyClock::time_point begin_ = SteadyClock::now();
};

}  // namespace logchute::bus
