// How a connection sends server-sent events. Included by http_server.cpp alone.
//
// No worker is held: the coroutine waits on the network thread, for whichever comes first of an event, the end of the client, the next
// heartbeat and the server's stop. A socket here has one wait at a time, so that is always the wait for bytes from the client, none of which
// mean anything, and an event interrupts it. A producer's wake is posted to the network thread; so it comes either before the coroutine looks
// at the queue, or after it has begun to wait, and is never lost between the two.
#pragma once

#include <charconv>

#include "connection.hpp"
#include "logchute/runtime/event_queue.hpp"

namespace logchute::http {

/// Shared with wakes that are under way, which may come after the connection has gone. The network thread's.
struct Connection::EventWait {
    TimedSocket* socket;  // null once the connection has no use for it
    bool is_waiting = false;

    void wake() {
        if (socket != nullptr && is_waiting) socket->interrupt();
    }
    /// The client may be resumed elsewhere, so nothing is gained by waiting for one that does not read.
    void stop() {
        if (is_waiting) {
            wake();
        } else if (socket != nullptr) {
            socket->cut();
        }
    }
};

inline void Connection::stop_events() {
    if (event_wait_) event_wait_->stop();
}

inline Awaitable<> Connection::send_events() {
    const EventStream events = std::get<EventStream>(response_.body);
    is_chunked_ = parser_->minor_version() > 0;
    keeps_alive_ = false;
    const HeadOptions options{.framing = is_chunked_ ? Framing::chunked : Framing::close,
                              .content_length = 0,
                              .keep_alive = false,
                              .minor_version = parser_->minor_version(),
                              .request_id = request_.id};
    event_wait_ = std::make_shared<EventWait>(EventWait{&socket_});
    events->attach([wait = event_wait_, executor = socket_.executor()] { asio::post(executor, [wait] { wait->wake(); }); });

    const std::string head = format_head(response_, options);
    const std::string greeting = "retry: " + std::to_string(events->options().retry.count()) + "\n\n";
    bool is_there = co_await send_event_bytes(head, greeting);
    if (is_there) is_there = co_await pass_on(*events);
    events->close();
    event_wait_->socket = nullptr;
    event_wait_.reset();
    if (is_there && is_chunked_) is_there = co_await socket_.send(kLastEventChunk, {}, context_.options.io_timeout);
    is_broken_ = !is_there;
}

// Until the events end, or the server stops: true. False: the client has gone, or has stopped reading.
inline Awaitable<bool> Connection::pass_on(EventQueue& events) {
    const auto heartbeat = events.options().heartbeat;
    auto beat = SteadyClock::now() + heartbeat;
    bool is_there = true;
    while (is_there && !context_.stopping) {
        std::string out;  // not kept: a thousand idle clients are to cost nothing
        const auto taken = events.take(out, kEventBytes);
        if (out.empty() && taken == EventQueue::Taken::ended) break;
        if (out.empty() && SteadyClock::now() >= beat) out = ":\n\n";
        if (out.empty()) {
            is_there = co_await wait_for_event(beat);
        } else {
            is_there = co_await send_event_bytes({}, out);
            beat = SteadyClock::now() + heartbeat;
        }
    }
    co_return is_there;
}

// False once the client has gone. Bytes it sends are nothing we wait for.
inline Awaitable<bool> Connection::wait_for_event(SteadyClock::time_point until) {
    const auto patience = std::chrono::ceil<std::chrono::milliseconds>(until - SteadyClock::now());
    event_wait_->is_waiting = true;
    const std::size_t n = co_await socket_.receive(context_.discarded, patience);
    event_wait_->is_waiting = false;
    co_return n > 0 || socket_.has_timed_out();
}

inline Awaitable<bool> Connection::send_event_bytes(std::string_view head, std::string_view events) {
    sent_ += events.size();
    std::string out(head);
    if (is_chunked_) {
        std::array<char, 16> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), events.size(), 16).ptr;
        out.append(digits.data(), end).append("\r\n").append(events).append("\r\n");
    } else {
        out.append(events);
    }
    const bool sent = co_await socket_.send(out, {}, context_.options.event_timeout);
    co_return sent;
}

}  // namespace logchute::http
