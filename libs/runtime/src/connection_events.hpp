// How a connection sends server-sent events. Included by http_server.cpp alone.
//
// No worker is held: the coroutine waits on the network thread, for whichever comes first of an event, the end of the client, the next
// heartbeat and the server's stop. A socket here has one wait at a time, so that is always the wait for bytes from the client, none of which
// mean anything, and an event interrupts it. A producer's wake is posted to the network thread; so it comes either before the coroutine looks
// at the queue, or after it has begun to wait, and is never lost between the two.
#pragma once

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

    socket_.bound_unsent(kEventBytesUnsent);
    std::string out = format_head(response_, options);
    const std::size_t begin = begin_event_bytes(out);
    out.append("retry: ").append(std::to_string(events->options().retry.count())).append("\n\n");
    end_event_bytes(out, begin);
    bool is_there = co_await socket_.send(out, {}, context_.options.event_timeout);
    out = {};
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
        // Not kept, and small: a client that does not read holds it for as long as it does not.
        std::string out;
        const std::size_t begin = begin_event_bytes(out);
        const auto taken = events.take(out, kEventBytes);
        const bool has_nothing = out.size() == begin;
        if (has_nothing && taken == EventQueue::Taken::ended) break;
        if (has_nothing && SteadyClock::now() < beat) {
            is_there = co_await wait_for_event(beat);
            continue;
        }
        if (has_nothing) out += ":\n\n";
        end_event_bytes(out, begin);
        is_there = co_await socket_.send(out, {}, context_.options.event_timeout);
        beat = SteadyClock::now() + heartbeat;
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

// What is appended to `out` between the two is a chunk, where chunks there are. Its size is written when it is known, with leading zeros.
inline std::size_t Connection::begin_event_bytes(std::string& out) const {
    if (is_chunked_) out.append(kChunkDigits, '0').append("\r\n");
    return out.size();
}

inline void Connection::end_event_bytes(std::string& out, std::size_t begin) {
    std::size_t size = out.size() - begin;
    sent_ += size;
    if (!is_chunked_) return;
    for (std::size_t digit = begin - 2; size > 0; size >>= 4) out[--digit] = "0123456789abcdef"[size & 15];
    out += "\r\n";
}

}  // namespace logchute::http
