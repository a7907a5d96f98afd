// One reader of /stream.
#pragma once

#include <memory>
#include <mutex>

#include "live_cursor.hpp"
#include "live_source.hpp"
#include "logchute/core/search/matcher.hpp"
#include "logchute/runtime/event_queue.hpp"

namespace logchute::dashboard {

/// What a reader asked for, where it is, and its queue. Gives each event the id that resumes behind it.
/// Threads: any. Lifetime: shared by whoever has events for it; drop it once is_gone().
class LiveSubscriber {
public:
    /// `start`: a position for each kind that it follows. `subscribers` counts those that are.
    LiveSubscriber(std::string search, std::shared_ptr<const search::Matcher> matcher, LiveCursor start,
                   std::shared_ptr<http::EventQueue> queue, runtime::Gauge subscribers);
    ~LiveSubscriber();
    LiveSubscriber(const LiveSubscriber&) = delete;
    LiveSubscriber& operator=(const LiveSubscriber&) = delete;

    /// Never waits: what the queue has no room for is counted as missed.
    void push(LiveKind kind, const Position& at, http::EventText text);
    /// Tells that `count` messages up to `at` have left the stream unseen; 0 where the stream was made anew and nobody can tell.
    void push_lost(LiveKind kind, const Position& at, std::uint64_t count, http::EventBudget& budget);

    [[nodiscard]] bool is_gone() const { return queue_->is_closed(); }
    [[nodiscard]] http::EventQueue& queue() noexcept { return *queue_; }
    /// Equal for readers that see the same.
    [[nodiscard]] const std::string& search() const noexcept { return search_; }
    [[nodiscard]] const search::Matcher& matcher() const noexcept { return *matcher_; }

private:
    void push(LiveKind kind, const Position& at, http::EventText text, std::uint32_t weight);

    const std::string search_;
    const std::shared_ptr<const search::Matcher> matcher_;
    const std::shared_ptr<http::EventQueue> queue_;
    runtime::Gauge subscribers_;

    std::mutex mutex_;   // held over the push, so that ids only move forward
    LiveCursor cursor_;  // under mutex_
};
using LiveSubscriberPtr = std::shared_ptr<LiveSubscriber>;

/// The record as the search sees it.
[[nodiscard]] search::Row row_of(const LiveMessage& message, const LogRecord& record) noexcept;

}  // namespace logchute::dashboard
