// Messages that one request has in flight.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>

#include "logchute/bus/publisher.hpp"

namespace logchute::gateway {

/// Bounds how many messages of one request are unacknowledged, and gathers what became of them.
/// Threads:  reserve() and wait() from the request's, acknowledgements from the publisher's.
/// Lifetime: the destructor waits for what is outstanding; the publisher answers everything within its timeout.
class AckWindow {
public:
    explicit AckWindow(std::size_t messages_max) : messages_max_(messages_max) {}
    ~AckWindow() { (void)wait(); }
    AckWindow(const AckWindow&) = delete;
    AckWindow& operator=(const AckWindow&) = delete;

    /// Waits for a place in the window. Fails as soon as any message has failed: there is no use in sending more.
    [[nodiscard]] Result<void> reserve() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return outstanding_ < messages_max_ || error_; });
        if (error_) return std::unexpected(*error_);
        ++outstanding_;
        return {};
    }

    /// The place is free again. Called once for each reserve().
    void settle(const Result<bus::PubAck>& ack) {
        const std::lock_guard lock(mutex_);
        --outstanding_;
        if (!ack && !error_) error_ = ack.error();
        changed_.notify_all();
    }

    /// Waits for all of them.
    [[nodiscard]] Result<void> wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return outstanding_ == 0; });
        if (error_) return std::unexpected(*error_);
        return {};
    }

private:
    const std::size_t messages_max_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t outstanding_ = 0;
    std::optional<Error> error_;
};

}  // namespace logchute::gateway
