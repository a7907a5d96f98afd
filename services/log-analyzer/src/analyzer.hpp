// Logs to metrics: one thread takes messages, several parse and count them.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

#include "counts.hpp"
#include "logchute/bus/consumer.hpp"
#include "logchute/bus/log_message.hpp"
#include "logchute/core/spsc_ring.hpp"
#include "logchute/runtime/metrics.hpp"
#include "logchute/runtime/settings.hpp"
#include "seen_sequences.hpp"
#include "throughput.hpp"

namespace logchute::analyzer {

/// Counts every record of LOGS once, and shows the counts as metrics.
///
/// Threads:  one that fetches and hands messages round to `workers` others, each over a single-producer single-consumer ring. A full ring
///           blocks the fetching thread, so the stream keeps what is not counted yet.
/// Lifetime: borrows the connection and the metrics.
/// Failures: while the bus is away it tries again; what was fetched and not acknowledged is delivered again. A message that this process has
///           counted is not counted again when it is. Counts start at zero with the process, as Prometheus expects of counters.
class Analyzer {
public:
    Analyzer(bus::Connection& connection, const runtime::Settings& settings, runtime::Metrics& metrics);
    ~Analyzer();
    Analyzer(const Analyzer&) = delete;
    Analyzer& operator=(const Analyzer&) = delete;

    /// Stops fetching, counts and acknowledges what is at hand.
    void stop();
    /// The sum of all workers' counts.
    [[nodiscard]] Counts total() const;

private:
    struct Worker;

    void fetch(const std::stop_token& stop);
    void hand_to_worker(bus::Message message);
    void work(Worker& worker);
    void expose(runtime::Metrics& metrics);

    const runtime::AnalyzerSettings settings_;
    const std::size_t line_bytes_max_;

    // Self-synchronised.
    mutable KnownNames sources_, services_;

    // Of the fetching thread alone.
    bus::PullConsumer consumer_;
    SeenSequences seen_;
    std::size_t next_worker_ = 0;

    runtime::Counter redelivered_total_;
    runtime::Gauge pending_;

    // Under mutex_.
    mutable std::mutex mutex_;
    mutable Throughput throughput_;

    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<std::shared_ptr<void>> collectors_;
    std::jthread fetcher_;  // last: ends before what it uses is gone; the workers' threads are joined by stop()
};

/// The durable consumer of LOGS that all replicas of log-analyzer share.
[[nodiscard]] bus::ConsumerSpec analyzer_consumer();

}  // namespace logchute::analyzer
