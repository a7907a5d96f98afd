// The Service that service_main() gives to a body.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "logchute/runtime/service.hpp"

namespace logchute::runtime {

/// A stop that takes too long ends the process: whoever stops us would do it soon, and with less to say about it.
class StopWatchdog {
public:
    void start(std::chrono::steady_clock::time_point limit);
    void now_stopping(std::string what);

private:
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::string what_;     // under mutex_
    std::jthread thread_;  // last: joins before what it waits on is gone
};

class RunningService final : public Service {
public:
    RunningService(std::string name, Settings settings);

    const Settings& settings() const noexcept override { return settings_; }
    Metrics& metrics() noexcept override { return metrics_; }
    Health& health() noexcept override { return health_; }
    http::Router& router() noexcept override { return router_; }
    http::ServerOptions& server_options() noexcept override { return options_; }
    void on_stop(std::string what, std::function<void(std::chrono::steady_clock::time_point)> stop) override;
    void run() override;
    void run_without_http() override;
    void request_stop(std::string failure) noexcept override;
    bool stopping() const noexcept override { return stop_.stop_requested(); }
    std::stop_token stop_token() const noexcept override { return stop_.get_token(); }

    /// What request_stop() was given, the first that was not empty.
    [[nodiscard]] std::string failure() const;

private:
    using Deadline = std::chrono::steady_clock::time_point;
    struct StopStep {
        std::string what;
        std::function<void(Deadline)> stop;
    };

    void add_own_routes();
    void wait_until_stop_is_requested();
    void stop_parts(Deadline deadline);
    void stop_one(const std::string& what, Deadline deadline, const std::function<void(Deadline)>& stop);

    const std::string name_;
    const Settings settings_;
    Metrics metrics_;
    Health health_;
    std::shared_ptr<void> ready_metric_;  // reads health_
    http::Router router_;
    http::ServerOptions options_;
    std::vector<StopStep> steps_;
    std::stop_source stop_;
    mutable std::mutex mutex_;
    std::string failure_;  // under mutex_
    StopWatchdog watchdog_;
};

}  // namespace logchute::runtime
