// Syslog over UDP: one datagram, one message.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

#include "logchute/runtime/unique_fd.hpp"
#include "syslog_queue.hpp"
#include "syslog_socket.hpp"

namespace logchute::gateway {

/// Takes datagrams in batches and puts them into a queue, without ever waiting: what the queue has no room for is the queue's to drop.
/// Threads:  one of its own; the counts from any. Lifetime: borrows the queue.
class SyslogUdp {
public:
    SyslogUdp(runtime::UniqueFd socket, SyslogQueue& queue);
    ~SyslogUdp();  ///< stop()
    SyslogUdp(const SyslogUdp&) = delete;
    SyslogUdp& operator=(const SyslogUdp&) = delete;

    /// Takes what the kernel holds already, and ends.
    void stop();
    /// Datagrams that the kernel dropped because they came faster than they were taken; learnt with the next one that comes.
    [[nodiscard]] std::uint64_t kernel_dropped() const noexcept { return kernel_dropped_; }

private:
    struct Batch;
    void run(const std::stop_token& stop);
    [[nodiscard]] std::size_t take_batch();

    const runtime::UniqueFd socket_;
    SyslogQueue& queue_;
    const WakeEvent wake_;
    const std::unique_ptr<Batch> batch_;
    std::uint32_t last_overflow_ = 0;
    std::atomic<std::uint64_t> kernel_dropped_ = 0;

    std::jthread thread_;  // last: ends before what it uses is gone
};

}  // namespace logchute::gateway
