#include "worker_pool.hpp"

namespace logchute::http {

WorkerPool::WorkerPool(std::size_t threads, std::size_t queue_max) : queue_max_(queue_max) {
    threads_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i) {
        threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }
}

WorkerPool::~WorkerPool() {
    for (auto& thread : threads_) thread.request_stop();
}

bool WorkerPool::has_room() const {
    const std::lock_guard lock(mutex_);
    return queue_.size() < queue_max_;
}

bool WorkerPool::submit(Job& job) {
    {
        const std::lock_guard lock(mutex_);
        if (queue_.size() >= queue_max_) return false;
        queue_.push_back(std::move(job));
    }
    changed_.notify_one();
    return true;
}

void WorkerPool::work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, stop, [&] { return !queue_.empty(); });
        if (queue_.empty()) return;  // stopped, and nothing is left
        Job job = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        job();
        job = nullptr;  // what it holds goes before the lock is taken
        lock.lock();
    }
}

}  // namespace logchute::http
