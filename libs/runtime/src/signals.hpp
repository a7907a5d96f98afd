// SIGTERM and SIGINT, turned into calls on a thread of our own.
#pragma once

#include <csignal>
#include <functional>
#include <stop_token>
#include <thread>

#include "logchute/runtime/unique_fd.hpp"

namespace logchute::runtime {

/// The first signal calls `on_first`, on this object's thread; the second ends the process at once with 130, whatever it is doing.
/// Threads:  make it before any other thread, on the main one: it blocks both signals there, and later threads inherit that.
/// Lifetime: the destructor joins the thread and lets the signals through again.
class SignalWatcher {
public:
    explicit SignalWatcher(std::function<void(const char* name)> on_first);
    ~SignalWatcher();
    SignalWatcher(const SignalWatcher&) = delete;
    SignalWatcher& operator=(const SignalWatcher&) = delete;

private:
    void watch(const std::stop_token& stop);

    const std::function<void(const char*)> on_first_;
    sigset_t before_{};
    UniqueFd signals_;
    UniqueFd wake_;
    std::jthread thread_;  // last: joins before what it reads from is closed
};

}  // namespace logchute::runtime
