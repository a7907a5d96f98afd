// Whether the pipeline behind the gateway can take more.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "logchute/bus/connection.hpp"
#include "logchute/bus/provision.hpp"
#include "logchute/bus/stream.hpp"
#include "logchute/runtime/metrics.hpp"

namespace logchute::gateway {

/// Refuses before LOGS overruns its limits: once the slowest of the consumers that must see every record lags by more than a set share of
/// what the stream may hold, nothing more is let in until it has caught up.
/// Threads:  one of its own, which asks the server every second; check() from any.
class Admission {
public:
    Admission(bus::Connection& connection, const bus::Provisioner& streams, double lag_share_max, runtime::Metrics& metrics);
    ~Admission();
    Admission(const Admission&) = delete;
    Admission& operator=(const Admission&) = delete;

    /// Errc::unavailable with a sentence, where nothing can be taken in now. Counted as a refusal.
    [[nodiscard]] Result<void> check() const;

private:
    void watch(const std::stop_token& stop);

    bus::Connection& connection_;
    const bus::Provisioner& streams_;
    const double lag_share_max_;
    runtime::Gauge lag_share_gauge_;
    mutable runtime::Counter refused_for_bus_, refused_for_lag_;

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    double lag_share_ = 0;

    std::jthread thread_;  // last: ends before what it uses is gone
};

/// The share of the stream's room, by bytes or messages, that `consumer` has not acknowledged yet. 0 for a stream without a limit. Not by age:
/// what grows too old is not kept by taking in less.
[[nodiscard]] double lag_share(const bus::StreamInfo& stream, const bus::ConsumerInfo& consumer) noexcept;

}  // namespace logchute::gateway
