// A client's socket on the network thread, where every wait has a limit. Included by http_server.cpp alone.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "network_types.hpp"

namespace logchute::http {

/// Waits end at a deadline that somebody else looks at, check_deadline(): one timer for all sockets, because a timer of its own for each
/// read and write costs more than the read.
/// Threads:  the network thread, unless a function says otherwise. One wait at a time.
class TimedSocket {
public:
    explicit TimedSocket(Socket socket);

    /// Some bytes, or 0 where the other side has closed, is gone, or has sent nothing for `patience`: see has_timed_out().
    Awaitable<std::size_t> receive(std::span<char> space, std::chrono::milliseconds patience);
    /// Both, one after the other; false where the other side is gone, or has taken nothing for `patience`.
    Awaitable<bool> send(std::string_view first, std::string_view second, std::chrono::milliseconds patience);
    /// Says that we are done, then throws away what comes until the other side is done as well, within limits: closing a socket while the
    /// client still sends resets the connection, and the client may lose the answer before it has read it. Bytes go to `discarded`.
    Awaitable<> linger(std::span<char> discarded);
    /// Whether the last receive() or send() ended for want of time.
    [[nodiscard]] bool has_timed_out() const noexcept { return error_ == asio::error::operation_aborted; }

    void check_deadline(SteadyClock::time_point now);
    /// What the kernel takes before a send() waits, about.
    void bound_unsent(int bytes);
    /// Ends the wait at hand, as its deadline would.
    void interrupt();
    /// From now on linger() takes half a second at most.
    void hurry();
    /// Ends both directions, and so all waits, those of a BlockingSocket on another thread too.
    void cut();
    /// Closes so that the other side sees an error, not an end.
    void reset();

    [[nodiscard]] const std::string& remote() const noexcept { return remote_; }
    /// For a BlockingSocket. Any thread, while nothing waits here.
    [[nodiscard]] int descriptor() { return socket_.native_handle(); }
    [[nodiscard]] Executor executor() { return socket_.get_executor(); }

private:
    static constexpr auto kNever = SteadyClock::time_point::max();
    static constexpr std::chrono::milliseconds kLingerIdle{2000};  // without a byte
    static constexpr std::chrono::milliseconds kLingerAll{20'000};  // and with some
    static constexpr std::chrono::milliseconds kLingerHurried{500};
    static constexpr std::uint64_t kLingerBytesMax = 256U << 20;

    Socket socket_;
    std::string remote_;
    SteadyClock::time_point deadline_ = kNever;  // of the wait at hand
    SteadyClock::time_point linger_until_ = kNever;
    bool is_lingering_ = false;
    bool is_hurried_ = false;
    error_code error_;
};

inline TimedSocket::TimedSocket(Socket socket) : socket_(std::move(socket)) {
    error_code ignored;
    const auto peer = socket_.remote_endpoint(ignored);
    if (!ignored) remote_ = peer.address().to_string();
    (void)socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    (void)socket_.non_blocking(true, ignored);
}

inline Awaitable<std::size_t> TimedSocket::receive(std::span<char> space, std::chrono::milliseconds patience) {
    deadline_ = SteadyClock::now() + patience;
    const auto buffer = asio::buffer(space.data(), space.size());
    const std::size_t n = co_await socket_.async_read_some(buffer, asio::redirect_error(kAwait, error_));
    deadline_ = kNever;
    co_return error_ ? 0 : n;
}

// Tries without waiting first: most answers fit into the socket's buffer, and that saves a round through the event loop.
inline Awaitable<bool> TimedSocket::send(std::string_view first, std::string_view second, std::chrono::milliseconds patience) {
    std::array<asio::const_buffer, 2> left{asio::buffer(first), asio::buffer(second)};
    while (left[0].size() + left[1].size() > 0) {
        std::size_t n = socket_.write_some(left, error_);
        if (error_ == asio::error::would_block) {
            deadline_ = SteadyClock::now() + patience;
            n = co_await socket_.async_write_some(left, asio::redirect_error(kAwait, error_));
            deadline_ = kNever;
        }
        if (error_) co_return false;
        const std::size_t of_first = std::min(n, left[0].size());
        left[0] += of_first;
        left[1] += n - of_first;
    }
    co_return true;
}

inline Awaitable<> TimedSocket::linger(std::span<char> discarded) {
    error_code ignored;
    (void)socket_.shutdown(Socket::shutdown_send, ignored);
    is_lingering_ = true;
    linger_until_ = SteadyClock::now() + (is_hurried_ ? kLingerHurried : kLingerAll);
    std::uint64_t bytes = 0;
    std::size_t n = 1;
    while (n > 0 && bytes <= kLingerBytesMax) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(linger_until_ - SteadyClock::now());
        n = co_await receive(discarded, std::min(kLingerIdle, left));
        bytes += n;
    }
}

inline void TimedSocket::check_deadline(SteadyClock::time_point now) {
    if (now >= deadline_) interrupt();
}

inline void TimedSocket::bound_unsent(int bytes) {
    error_code ignored;
    (void)socket_.set_option(asio::socket_base::send_buffer_size(bytes), ignored);
}

inline void TimedSocket::interrupt() {
    deadline_ = kNever;
    error_code ignored;
    (void)socket_.cancel(ignored);  // the wait ends with operation_aborted, which means nothing else here
}

inline void TimedSocket::hurry() {
    is_hurried_ = true;
    if (!is_lingering_) return;
    linger_until_ = std::min(linger_until_, SteadyClock::now() + kLingerHurried);
    deadline_ = std::min(deadline_, linger_until_);
}

inline void TimedSocket::cut() {
    error_code ignored;
    (void)socket_.shutdown(Socket::shutdown_both, ignored);
}

inline void TimedSocket::reset() {
    error_code ignored;
    (void)socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    (void)socket_.close(ignored);  // here: the destructor would linger
}

}  // namespace logchute::http
