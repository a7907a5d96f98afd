// Syslog messages between the sockets and the stream.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "logchute/core/line_chunker.hpp"
#include "shipper.hpp"

namespace logchute::gateway {

/// What becomes of a message for which there is no room.
enum class WhenFull : std::uint8_t {
    drop,  ///< UDP: it is dropped and counted, since nobody can be told.
    take,  ///< TCP: it is taken all the same, since it has been read; the reader asks has_room() before it reads.
};

struct SyslogQueueOptions {
    std::size_t bytes_max = 32U << 20;
    std::size_t message_bytes = 512U << 10;  ///< Messages of syslog are put together up to this, one a line.
    std::size_t line_bytes_max = kLineBytesMax;
    WhenFull when_full = WhenFull::drop;
    /// Called when there is room again after there was none. From the queue's thread; must be quick.
    std::function<void()> on_room{};
};

/// A bounded queue, and the thread that gives what is in it to a sink: all that has come while the last chunk was on its way makes the next.
/// A message becomes one line: a line feed within it becomes "#012", as rsyslog writes it; line ends and NULs at its end go; of a message
/// without anything else there is nothing to store.
/// Threads:  push() and has_room() from any. One of its own.
/// Lifetime: borrows the sink.
class SyslogQueue {
public:
    SyslogQueue(SyslogQueueOptions options, ChunkSink& sink);
    ~SyslogQueue();  ///< drain()
    SyslogQueue(const SyslogQueue&) = delete;
    SyslogQueue& operator=(const SyslogQueue&) = delete;

    /// `length`: of the whole message, where `text` is only its beginning.
    void push(std::string_view text, std::uint64_t length);
    [[nodiscard]] bool has_room() const;
    /// Gives all that is inside to the sink; push nothing more. What the sink no longer takes is dropped and counted.
    void drain();

    // Counts, of messages.
    [[nodiscard]] std::uint64_t received() const noexcept { return received_; }
    [[nodiscard]] std::uint64_t empty() const noexcept { return empty_; }
    [[nodiscard]] std::uint64_t dropped_full() const noexcept { return dropped_full_; }
    [[nodiscard]] std::uint64_t dropped_refused() const noexcept { return dropped_refused_; }
    [[nodiscard]] std::size_t bytes() const;

private:
    struct Batch {
        std::string text;
        std::uint64_t messages = 0;
        std::uint64_t cut_from_bytes = 0;  ///< As Chunk's.
    };
    [[nodiscard]] Batch& open_batch_locked(std::size_t bytes, bool is_cut);
    void run();
    void give(const Batch& batch);

    const SyslogQueueOptions options_;
    ChunkSink& sink_;
    const std::string run_id_;
    std::uint64_t last_number_ = 0;  ///< Of the thread.
    std::atomic<std::uint64_t> received_ = 0, empty_ = 0, dropped_full_ = 0, dropped_refused_ = 0;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Batch> batches_;  // under mutex_, as all below; the last one is still open
    std::size_t bytes_ = 0;  // of what has not been taken by the sink, the batch on its way among it
    bool was_full_ = false;
    bool is_draining_ = false;

    std::jthread thread_;  // last: ends before what it uses is gone
};

}  // namespace logchute::gateway
