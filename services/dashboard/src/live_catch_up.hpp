// Brings readers that come back to where the hub is.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "live_hub.hpp"

namespace logchute::dashboard {

/// Reads the stream from where a subscriber was, at the subscriber's own pace, and hands it over to the hub once nothing lies between the
/// two. Nothing is missed on the way: whose queue is full is left alone, and holds nothing but its queue, until it has read.
/// Threads:  add() from any; a few of its own, each with one subscriber at a time, in turns.
/// Lifetime: outlives the HTTP server, whose threads tell it of room. Who waits for a turn when it ends is dropped.
class LiveCatchUp {
public:
    explicit LiveCatchUp(std::size_t threads = 2);
    ~LiveCatchUp();
    LiveCatchUp(const LiveCatchUp&) = delete;
    LiveCatchUp& operator=(const LiveCatchUp&) = delete;

    void add(LiveHub& hub, LiveSubscriberPtr subscriber, Position after);

private:
    struct Task {
        LiveHub* hub;
        LiveSubscriberPtr subscriber;
        Position after;
    };
    using TaskPtr = std::shared_ptr<Task>;
    enum class Turn : std::uint8_t { over, again, failed };

    void work(const std::stop_token& stop);
    [[nodiscard]] Turn take_turn(const TaskPtr& task, const std::stop_token& stop);
    [[nodiscard]] bool wait_for_room(const TaskPtr& task);
    void enqueue(TaskPtr task);

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<TaskPtr> tasks_;  // under mutex_

    std::vector<std::jthread> threads_;  // last: they use all of the above
};

}  // namespace logchute::dashboard
