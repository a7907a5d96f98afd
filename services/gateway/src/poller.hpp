// Sources that do not send, but are asked.
#pragma once

#include <array>
#include <chrono>
#include <expected>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "admission.hpp"
#include "http_fetch.hpp"
#include "intake.hpp"
#include "logchute/bus/key_value.hpp"
#include "logchute/runtime/metrics.hpp"
#include "logchute/runtime/settings.hpp"
#include "poll_schedule.hpp"
#include "poll_state.hpp"

namespace logchute::gateway {

/// Asks each source every interval, and stores the items that it has not seen: those it remembers by id are passed over, and the stream knows
/// the rest by their Nats-Msg-Id. What is remembered is kept in the bucket once the items are on disk, so a gateway that is killed
/// doubles nothing; replicas share it, and each interval one of them asks.
/// Threads:  one of its own, for all sources. Lifetime: borrows all but the sources.
/// Failures: are logged, counted by reason, and tried again with backoff.
class Poller {
public:
    Poller(const std::vector<runtime::PollSource>& sources, bus::KeyValue& state, Intake& intake, const Admission& admission,
           runtime::Metrics& metrics);
    ~Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

private:
    using SteadyClock = std::chrono::steady_clock;
    struct Source {
        runtime::PollSource settings;
        std::string target;  ///< Tells these settings from others that the source had before.
        PollState state{};
        unsigned failures = 0;
        bool is_under_way = false;
        SteadyClock::time_point next{};
    };
    struct Failure {
        PollError reason;
        std::string detail;
    };

    void run(const std::stop_token& stop);
    /// Asks, or puts it off where a replica has asked not long ago.
    void begin(std::size_t index);
    void finish(Source& source, FetchResult result, const std::stop_token& stop);
    [[nodiscard]] std::expected<void, Failure> take(Source& source, FetchResult& result, const std::stop_token& stop);
    [[nodiscard]] std::expected<void, Failure> store(Source& source, std::string document, const std::stop_token& stop);
    void wait_longer(Source& source, const Failure& failure, const FetchResult& result);
    [[nodiscard]] double chance();

    bus::KeyValue& state_;
    Intake& intake_;
    const Admission& admission_;
    std::array<runtime::Counter, kPollErrors> errors_;
    runtime::Counter polls_total_, new_items_, known_items_, odd_items_;

    // of the thread
    std::vector<Source> sources_;
    std::mt19937 random_{std::random_device{}()};
    HttpFetcher fetcher_;

    std::jthread thread_;  // last: ends before what it uses is gone
};

}  // namespace logchute::gateway
