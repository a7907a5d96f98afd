// Who may write: of all ingestions on one store, the one that owns its folder.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "logchute/bus/publisher.hpp"
#include "logchute/runtime/health.hpp"
#include "logchute/runtime/metrics.hpp"
#include "logchute/runtime/settings.hpp"

namespace logchute::ingestion {

/// Opens the embedded store and runs all that only its owner may: the pipeline, retention, the answers to svc.store.*. While another process
/// owns the store it stands by, says so in health, and takes over as soon as the owner has ended, in whatever way: the owner's lock ends
/// with its process. An owner that hangs keeps the lock, because it may wake up in the middle of a write.
/// Threads:  one of its own while it stands by.
/// Lifetime: borrows all it is given.
/// Failures: the constructor throws where the store cannot be opened. If that happens later, at the takeover, `fail` is called.
class StoreOwner {
public:
    StoreOwner(const runtime::Settings& settings, bus::Connection& connection, bus::Publisher& publisher, runtime::Metrics& metrics,
               runtime::Health& health, std::function<void(std::string)> fail);
    ~StoreOwner();
    StoreOwner(const StoreOwner&) = delete;
    StoreOwner& operator=(const StoreOwner&) = delete;

    /// Ends standing by; as Pipeline::stop() where it is the owner.
    void stop_pipeline(std::chrono::steady_clock::time_point deadline);
    /// Ends the answers, once those that are being made are given.
    void stop_answers();
    [[nodiscard]] runtime::CheckResult check() const;

private:
    struct Active;
    /// Null while another process owns the store.
    [[nodiscard]] std::unique_ptr<Active> try_to_own();
    void stand_by(const std::stop_token& stop);

    const runtime::Settings& settings_;
    bus::Connection& connection_;
    bus::Publisher& publisher_;
    runtime::Metrics& metrics_;
    runtime::Health& health_;
    const std::function<void(std::string)> fail_;

    std::string owner_;  // Who owns the store instead; of the constructor, then of waiter_.

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    std::unique_ptr<Active> active_;  // Under mutex_ until it is there, constant then.
    std::jthread waiter_;  // Last: ends before what it uses is gone.
};

}  // namespace logchute::ingestion
