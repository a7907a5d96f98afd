// The threads that run blocking handlers.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace logchute::http {

/// A fixed number of threads behind one bounded queue, first in, first out.
/// Threads:  submit() from any thread; jobs run on the pool's. A job must not throw.
/// Lifetime: the destructor runs what is queued, then joins.
/// Full:     submit() refuses; the caller answers 503.
class WorkerPool {
public:
    using Job = std::move_only_function<void()>;

    WorkerPool(std::size_t threads, std::size_t queue_max);
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// False where the queue is full. Who is the only one to submit may rely on the answer until it does.
    [[nodiscard]] bool has_room() const;
    /// Takes `job` and returns true, or leaves it as it is.
    [[nodiscard]] bool submit(Job& job);

private:
    void work(const std::stop_token& stop);

    const std::size_t queue_max_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Job> queue_;              // guarded by mutex_
    std::vector<std::jthread> threads_;  // last: they use all of the above
};

}  // namespace logchute::http
