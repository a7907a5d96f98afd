#include "syslog_tcp.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "logchute/runtime/logging.hpp"

namespace logchute::gateway {
namespace {

constexpr std::size_t kReadBytes = 64U << 10;
// How often connections are looked at for being idle.
constexpr int kTickMs = 1000;
// Out of descriptors, accepting again at once would only burn a core.
constexpr std::chrono::milliseconds kAcceptPause{200};
constexpr std::chrono::milliseconds kDrainTime{500};
// Places in polled_.
constexpr std::size_t kWake = 0, kListener = 1, kFirstConnection = 2;

}  // namespace

SyslogTcp::SyslogTcp(runtime::UniqueFd listener, SyslogQueue& queue, const WakeEvent& wake, SyslogTcpOptions options)
    : listener_(std::move(listener)),
      queue_(queue),
      wake_(wake),
      options_(options),
      buffer_(kReadBytes),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

SyslogTcp::~SyslogTcp() { stop(); }

void SyslogTcp::stop() {
    thread_.request_stop();
    wake_.set();
    if (thread_.joinable()) thread_.join();
}

void SyslogTcp::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        wait();
        if (polled_[kWake].revents != 0) wake_.clear();
        read_ready();
        if (polled_[kListener].revents != 0) accept_all();
        close_idle();
        connection_count_ = connections_.size();
    }
    drain();
    connections_.clear();
    connection_count_ = 0;
}

void SyslogTcp::wait() {
    const bool has_room = queue_.has_room();
    const bool accepts = Clock::now() >= accept_after_;
    polled_.clear();
    polled_.push_back({wake_.fd(), POLLIN, 0});
    polled_.push_back({accepts ? listener_.get() : -1, POLLIN, 0});
    // Without room nobody is looked at, not even for having gone: that would be told again and again.
    for (const Connection& it : connections_) polled_.push_back({has_room ? it.fd.get() : -1, POLLIN, 0});
    (void)::poll(polled_.data(), polled_.size(), accepts ? kTickMs : static_cast<int>(kAcceptPause.count()));
}

void SyslogTcp::accept_all() {
    while (true) {
        runtime::UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!fd) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            if (errno != EAGAIN) {
                runtime::log_warn("cannot take a syslog connection", {{"error", std::system_category().message(errno)}});
                accept_after_ = Clock::now() + kAcceptPause;
            }
            return;
        }
        if (connections_.size() >= options_.connections_max) {
            ++closed_too_many_;
            continue;
        }
        const int on = 1;  // a sender whose machine died is noticed some day, idle timeout or not
        (void)::setsockopt(fd.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
        const auto take = [this](const SyslogFrame& frame) {
            if (!frame.is_whole) ++incomplete_;
            queue_.push(frame.text, frame.length);
        };
        connections_.push_back({std::move(fd), SyslogFramer(options_.frame_bytes_max, take)});
        buffered_bytes_ += connections_.back().framer.buffered();
    }
}

void SyslogTcp::read_ready() {
    auto it = connections_.begin();
    for (std::size_t i = kFirstConnection; i < polled_.size(); ++i) {
        Connection& connection = *it;
        const bool has_ended = polled_[i].revents != 0 && queue_.has_room() && read_from(connection) == Outcome::ended;
        if (has_ended) close(connection);
        it = has_ended ? connections_.erase(it) : std::next(it);
    }
}

SyslogTcp::Outcome SyslogTcp::read_from(Connection& connection) {
    const ssize_t size = ::recv(connection.fd.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (size < 0) return errno == EAGAIN || errno == EINTR ? Outcome::nothing : Outcome::ended;
    if (size == 0) return Outcome::ended;
    connection.last_byte = Clock::now();
    buffered_bytes_ -= connection.framer.buffered();
    connection.framer.add({buffer_.data(), static_cast<std::size_t>(size)});
    buffered_bytes_ += connection.framer.buffered();
    if (buffered_bytes_ <= options_.buffered_bytes_max) return Outcome::read;
    ++closed_memory_;
    return Outcome::ended;
}

void SyslogTcp::close(Connection& connection) {
    buffered_bytes_ -= connection.framer.buffered();
    connection.framer.finish();
}

void SyslogTcp::close_idle() {
    if (options_.idle_timeout.count() == 0) return;
    const auto now = Clock::now();
    // While there is no room, it is not the senders who are silent.
    if (!queue_.has_room()) {
        for (Connection& it : connections_) it.last_byte = now;
        return;
    }
    std::erase_if(connections_, [&](Connection& it) {
        if (now - it.last_byte < options_.idle_timeout) return false;
        ++closed_idle_;
        close(it);
        return true;
    });
}

void SyslogTcp::drain() {
    accept_all();  // whoever connected and sent before the stop has not been refused
    const auto until = Clock::now() + kDrainTime;
    for (Connection& it : connections_) {
        while (queue_.has_room() && Clock::now() < until && read_from(it) == Outcome::read) {
        }
        close(it);
    }
}

}  // namespace logchute::gateway
