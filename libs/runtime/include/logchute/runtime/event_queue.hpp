// Server-sent events: the bounded queue between those who have events and the connection that sends them.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "logchute/runtime/http.hpp"
#include "logchute/runtime/metrics.hpp"

namespace logchute::http {

/// An event but for its id, as it goes over the wire: made once, queued for any number of clients.
using EventText = std::shared_ptr<const std::string>;

/// What queued events take in memory, over all queues that share this.
/// Threads: any. Lifetime: shared by the queues and by the texts it has made.
class EventBudget : public std::enable_shared_from_this<EventBudget> {
public:
    explicit EventBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    /// `event: TYPE`, then `data`, on as many lines as it has. Counted as long as anybody holds it.
    [[nodiscard]] EventText text(std::string_view type, std::string_view data);
    /// A text counts once, however many queues it is in; its place in each queue counts as well.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] bool is_over() const noexcept { return bytes_ > bytes_max_; }

private:
    friend class EventQueue;
    const std::size_t bytes_max_;
    std::atomic<std::size_t> bytes_{0};
};

struct Event {
    std::string id;  ///< What a client gives back as Last-Event-ID; no line ends and no NUL.
    EventText text;
    std::uint32_t weight = 1;  ///< What it counts for among the missed; 0 for what a later event makes good.
};

struct EventQueueOptions {
    std::size_t events_max = 8'192;
    std::size_t bytes_max = 8U << 20;      ///< Of texts; a single one may be larger.
    std::size_t crowded_events_max = 64;   ///< Instead, over budget, where the client leaves all for a second; else an eighth.
    std::shared_ptr<EventBudget> budget;   ///< Never null.
    std::chrono::milliseconds heartbeat{10'000};  ///< A comment goes out where nothing else has for so long.
    std::chrono::milliseconds retry{2'000};       ///< After which a client that lost the connection is to come back.
    runtime::Counter sent;                 ///< Events handed to the connection.
    runtime::Counter missed;               ///< Weights dropped.
};

/// Events on their way to one client. Full means drop_oldest, counted: before the next event the client gets `event: missed` with
/// `data: {"count":12}`, the weights dropped since it was last told, under the id of the last one dropped. So what a client sees is in order,
/// and seen and missed together are all that was pushed.
/// Threads:  any; no call blocks. take(), attach() are the connection's.
/// Lifetime: shared by producers and connection. Closed once the client has gone, has stopped reading for ServerOptions::event_timeout, or the
///           server stops: from then on producers can let go of it.
class EventQueue {
public:
    explicit EventQueue(EventQueueOptions options)
        : options_(std::move(options)), sent_count_(options_.sent), missed_count_(options_.missed) {}
    ~EventQueue() { close(); }
    EventQueue(const EventQueue&) = delete;
    EventQueue& operator=(const EventQueue&) = delete;

    /// The client's end, for a Response. The queue closes when it and all its copies are gone.
    [[nodiscard]] static EventStream stream(std::shared_ptr<EventQueue> queue);

    // For producers ---------------------------------------------------------------------------------------------------------------
    /// False once closed.
    bool push(Event event);
    /// Ends the response once the client has what is queued.
    void end();
    [[nodiscard]] bool is_closed() const;
    /// For a producer that can wait instead of losing events: at most half full.
    [[nodiscard]] bool has_room() const;
    /// Has `call` called once there is room again, from the network thread: it must not block. False, and `call` dropped, where there is room
    /// already. A queue that closes first drops `call` uncalled.
    [[nodiscard]] bool wait_for_room(std::function<void()> call);

    // For the connection ----------------------------------------------------------------------------------------------------------
    /// `wake` is called, under the queue's lock, when there is something to take() again; not after close().
    void attach(std::function<void()> wake);
    enum class Taken : std::uint8_t { all, some, ended };
    /// Appends events until `out` has `bytes` or so. `some`: there are more; `ended`: there will never be more.
    [[nodiscard]] Taken take(std::string& out, std::size_t bytes);
    void close();
    [[nodiscard]] const EventQueueOptions& options() const noexcept { return options_; }

private:
    using Clock = std::chrono::steady_clock;
    [[nodiscard]] bool is_over_locked() const;
    [[nodiscard]] bool has_room_locked() const;
    Event pop_locked();
    void wake_locked();

    const EventQueueOptions options_;
    runtime::Counter sent_count_;
    runtime::Counter missed_count_;

    mutable std::mutex mutex_;
    std::deque<Event> events_;  // all below under mutex_
    std::size_t bytes_ = 0;
    std::uint64_t missed_ = 0;  // and not told yet
    std::string missed_id_;
    Clock::time_point waits_since_{};  // when the client last took something, or had nothing to take
    bool is_woken_ = false;  // and has not found the queue empty since
    bool is_ended_ = false;
    bool is_closed_ = false;
    std::function<void()> wake_;
    std::function<void()> on_room_;
};

}  // namespace logchute::http
