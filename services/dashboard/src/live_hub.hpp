// Hands the new messages of one stream to everybody who follows it.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "live_subscriber.hpp"

namespace logchute::dashboard {

/// One reader of the stream for all subscribers. Each message is taken apart once, judged once for each different search, and rendered once
/// for each record that anybody sees. While nobody follows, nothing is read.
/// Threads:  any; one of its own, which reads and pushes and never waits for a subscriber.
/// Lifetime: borrows the source; outlives those who follow.
/// Failures: with the stream away it tries again for ever, and goes on without a gap. What has left the stream meanwhile is told as missed.
class LiveHub {
public:
    LiveHub(LiveKind kind, LiveSource& source, std::shared_ptr<http::EventBudget> budget);
    ~LiveHub();
    LiveHub(const LiveHub&) = delete;
    LiveHub& operator=(const LiveHub&) = delete;

    struct Join {
        bool joined = false;
        std::vector<LiveMessagePtr> between;  ///< What is to be offered to the subscriber before the next attempt, where it is at hand.
    };
    /// Has `subscriber` get all behind `after`, from the hub. Fails where messages between `after` and the hub are to be read first;
    /// `is_at_end` says that the stream has none, or had none a moment ago.
    [[nodiscard]] Join join(const LiveSubscriberPtr& subscriber, Position& after, bool is_at_end);
    /// How far the hub has come; nothing while it does not read.
    [[nodiscard]] std::optional<Position> position() const;
    /// Pushes to one subscriber what of `message` is behind `after`, and moves `after` along. False: its queue has become too full to go on.
    [[nodiscard]] bool offer(const LiveMessage& message, LiveSubscriber& subscriber, Position& after);

    [[nodiscard]] LiveSource& source() noexcept { return source_; }
    [[nodiscard]] LiveKind kind() const noexcept { return kind_; }

private:
    struct Seat {
        LiveSubscriberPtr subscriber;
        Position after;
    };
    using Group = std::vector<Seat>;  // of one search; never empty

    void run(const std::stop_token& stop);
    void follow(const std::stop_token& stop);
    void deliver(const LiveMessagePtr& message);
    void deliver_locked(const LiveMessage& message);
    void tell_gap_locked(const LiveMessage& message);
    void keep_locked(const LiveMessagePtr& message);
    void sit_locked(const LiveSubscriberPtr& subscriber, const Position& after);
    void forget_gone_locked();
    [[nodiscard]] http::EventText render(const LiveMessage& message, const LogRecord* record);

    const LiveKind kind_;
    LiveSource& source_;
    const std::shared_ptr<http::EventBudget> budget_;

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<std::string, Group, std::less<>> groups_;  // by search; under mutex_, as all below
    bool is_reading_ = false;
    Position at_;  // all up to it has been delivered; whole messages
    std::deque<LiveMessagePtr> recent_;  // delivered last, for those who are just about to join
    std::size_t recent_bytes_ = 0;
    std::uint64_t recent_from_ = 0;  // recent_ has all from this sequence on

    std::jthread thread_;  // last: ends before what it uses is gone
};

}  // namespace logchute::dashboard
