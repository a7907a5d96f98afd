#include "live_catch_up.hpp"

#include <utility>

#include "logchute/runtime/logging.hpp"

namespace logchute::dashboard {
namespace {

using namespace std::chrono_literals;

// A reader far behind lets others have a turn after so many fetches.
constexpr int kFetchesPerTurn = 50;
constexpr auto kWait = 1'000ms;
constexpr auto kRetryAfter = 200ms;

/// Nothing behind `after` is in the stream: then all that the hub had come to before is covered too, whatever has been deleted in between.
bool is_at_end(LiveHub& hub, Position& after) {
    const auto reached = hub.position();
    const auto state = hub.source().state();
    if (!state) return false;
    if (state->epoch != after.epoch) after = {state->epoch, state->first - 1, Position::kWhole};  // made anew meanwhile
    if (state->last >= after.next()) return false;
    if (reached && reached->epoch == after.epoch && reached->sequence >= after.next()) after = *reached;
    return true;
}

}  // namespace

LiveCatchUp::LiveCatchUp(std::size_t threads) {
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
}

LiveCatchUp::~LiveCatchUp() = default;

void LiveCatchUp::add(LiveHub& hub, LiveSubscriberPtr subscriber, Position after) {
    enqueue(std::make_shared<Task>(Task{&hub, std::move(subscriber), after}));
}

void LiveCatchUp::enqueue(TaskPtr task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    changed_.notify_one();
}

void LiveCatchUp::work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return !tasks_.empty(); }) && !stop.stop_requested()) {
        TaskPtr task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        auto turn = Turn::failed;
        try {
            turn = take_turn(task, stop);
        } catch (const std::exception& error) {
            runtime::log_error("a live reader is brought up anew after an error", {{"error", error.what()}});
        }
        lock.lock();
        if (turn == Turn::failed) changed_.wait_for(lock, stop, kRetryAfter, [] { return false; });
        if (turn != Turn::over && !stop.stop_requested()) tasks_.push_back(std::move(task));
    }
}

LiveCatchUp::Turn LiveCatchUp::take_turn(const TaskPtr& task, const std::stop_token& stop) {
    // Of this turn alone: what it has fetched ahead would be memory of everybody who waits.
    std::unique_ptr<LiveReader> reader;
    bool at_end = false;
    for (int fetches = 0; fetches < kFetchesPerTurn && !stop.stop_requested();) {
        if (task->subscriber->is_gone()) return Turn::over;
        auto [joined, messages] = task->hub->join(task->subscriber, task->after, at_end);
        if (joined) return Turn::over;
        at_end = false;
        if (messages.empty()) {
            if (!reader) reader = task->hub->source().read(task->after.epoch, task->after.next());
            ++fetches;
            auto fetched = reader->fetch(kWait);
            if (!fetched) return Turn::failed;
            messages = *std::move(fetched);
            at_end = messages.empty() ? is_at_end(*task->hub, task->after) : messages.back()->is_last;
        } else {
            reader.reset();  // it is behind now
        }
        for (const LiveMessagePtr& message : messages) {
            while (!task->hub->offer(*message, *task->subscriber, task->after))
                if (wait_for_room(task)) return Turn::over;
        }
    }
    return Turn::again;
}

/// True: the task comes back by itself.
bool LiveCatchUp::wait_for_room(const TaskPtr& task) {
    return task->subscriber->queue().wait_for_room([this, task] { enqueue(task); });
}

}  // namespace logchute::dashboard
