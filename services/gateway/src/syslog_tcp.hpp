// Syslog over TCP: RFC 6587.
#pragma once

#include <poll.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include "logchute/runtime/unique_fd.hpp"
#include "syslog_framer.hpp"
#include "syslog_queue.hpp"
#include "syslog_socket.hpp"

namespace logchute::gateway {

struct SyslogTcpOptions {
    std::size_t connections_max = 512;                      ///< Beyond, a new one is closed at once.
    std::chrono::nanoseconds idle_timeout{0};               ///< Without a byte; 0: never.
    std::size_t frame_bytes_max = kLineBytesMax;            ///< A longer message is a dead letter.
    std::size_t buffered_bytes_max =
        32U << 20;             ///< Of messages that are not there whole, of all connections; beyond, the one that grows is closed.
};

/// Takes connections, and puts their messages into a queue. While that has no room, nothing is read, so that senders wait.
/// Threads:  one of its own for all connections; the counts from any.
/// Lifetime: borrows the queue, and `wake`, which is to be set when the queue has room again.
class SyslogTcp {
public:
    SyslogTcp(runtime::UniqueFd listener, SyslogQueue& queue, const WakeEvent& wake, SyslogTcpOptions options);
    ~SyslogTcp();  ///< stop()
    SyslogTcp(const SyslogTcp&) = delete;
    SyslogTcp& operator=(const SyslogTcp&) = delete;

    /// Takes what has arrived already, as far as there is room for it, and closes everything.
    void stop();

    // Counts.
    [[nodiscard]] std::size_t connections() const noexcept { return connection_count_; }
    [[nodiscard]] std::uint64_t closed_idle() const noexcept { return closed_idle_; }
    [[nodiscard]] std::uint64_t closed_too_many() const noexcept { return closed_too_many_; }
    [[nodiscard]] std::uint64_t closed_memory() const noexcept { return closed_memory_; }
    /// Messages whose connection ended before they did; what had come of them is stored.
    [[nodiscard]] std::uint64_t incomplete() const noexcept { return incomplete_; }

private:
    using Clock = std::chrono::steady_clock;
    struct Connection {
        runtime::UniqueFd fd;
        SyslogFramer framer;
        Clock::time_point last_byte = Clock::now();
    };
    enum class Outcome : std::uint8_t { read, nothing, ended };

    void run(const std::stop_token& stop);
    void wait();
    void accept_all();
    void read_ready();
    [[nodiscard]] Outcome read_from(Connection& connection);
    void close(Connection& connection);
    void close_idle();
    void drain();

    const runtime::UniqueFd listener_;
    SyslogQueue& queue_;
    const WakeEvent& wake_;
    const SyslogTcpOptions options_;

    // Of the thread.
    std::list<Connection> connections_;
    std::vector<pollfd> polled_;  ///< The event, the listener, and the connections in their order.
    std::vector<char> buffer_;
    std::size_t buffered_bytes_ = 0;
    Clock::time_point accept_after_{};

    std::atomic<std::size_t> connection_count_ = 0;
    std::atomic<std::uint64_t> closed_idle_ = 0, closed_too_many_ = 0, closed_memory_ = 0, incomplete_ = 0;

    std::jthread thread_;  // last: ends before what it uses is gone
};

}  // namespace logchute::gateway
