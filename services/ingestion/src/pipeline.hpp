// From the stream into the store: one thread takes and parses, one writes.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "dead_letter_sink.hpp"
#include "ledger.hpp"
#include "logchute/bus/consumer.hpp"
#include "logchute/runtime/health.hpp"
#include "logchute/runtime/metrics.hpp"
#include "logchute/runtime/settings.hpp"
#include "logchute/store/log_writer.hpp"
#include "pending_batch.hpp"
#include "sequence_tracker.hpp"
#include "stream_epoch.hpp"

namespace logchute::ingestion {

/// Moves every message of LOGS into the store exactly once:
///   1. messages are taken in the order of the stream; the store's reached sequence decides what is new (SequenceTracker),
///   2. dead letters of a batch are on disk in LOGS_DLQ before it is committed,
///   3. rows, tallies and the reached sequence commit together,
///   4. only then are the messages acknowledged.
/// Killed between any two of these, the stream delivers again and 1 tells what is left to do.
///
/// Threads:  two of its own: `take` fills a batch while `write` commits the one before. One batch waits between them; while it does, nothing
///           more is fetched (backpressure: the stream keeps it).
/// Lifetime: borrows all it is given. stop() (or the destructor) lets the batch at hand be committed.
/// Failures: what is transient (bus away, disk full) is tried again with backoff, shows in health as "store" or "nats", and loses nothing.
class Pipeline {
public:
    Pipeline(bus::Connection& connection, store::LogWriter& writer, Ledger& ledger, bus::Publisher& publisher,
             const runtime::Settings& settings, runtime::Metrics& metrics);
    ~Pipeline();
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    /// Ends taking, commits and acknowledges what is at hand if that is possible by `deadline`.
    void stop(std::chrono::steady_clock::time_point deadline);
    /// Whether the last attempt to write went well.
    [[nodiscard]] runtime::CheckResult store_check() const;

private:
    void take(const std::stop_token& stop);
    void fill(PendingBatch& batch, const std::stop_token& stop);
    void accept(bus::Message message, PendingBatch& batch);
    [[nodiscard]] bool is_due(const PendingBatch& batch) const;
    /// Finds out which stream this is, and begins with it where it is another than before. False while the bus is away.
    bool adopt_stream();
    /// Has the consumer begin again where the store is; what was fetched and not taken is void.
    void deliver_again();
    [[nodiscard]] bool hand_over(std::unique_ptr<PendingBatch>& batch, const std::stop_token& stop);
    void write();
    /// False where the stop's deadline came first. Nothing may be committed after that: the store would reach beyond this batch, and it would
    /// never be delivered again.
    [[nodiscard]] bool commit(PendingBatch& batch);
    /// Runs `attempt` until it succeeds; false where the stop's deadline came first.
    [[nodiscard]] bool persist(const char* what, const std::function<Result<void>()>& attempt);
    [[nodiscard]] bool is_stopping_locked() const noexcept { return deadline_ != std::chrono::steady_clock::time_point::max(); }
    void set_trouble(std::string trouble);

    // Constant.
    const runtime::IngestionSettings settings_;
    store::LogWriter& writer_;
    Ledger& ledger_;

    bus::Connection& connection_;

    // Of the taking thread alone.
    StreamEpoch epoch_;
    bus::PullConsumer consumer_;
    SequenceTracker tracker_;
    bus::LogMessageReader reader_;
    std::deque<bus::Message> fetched_;  ///< Not looked at yet.
    bool is_bus_away_ = false;  ///< So that it is said once.

    // Of the writing thread alone.
    DeadLetterSink dead_letters_;

    // Self-synchronised.
    std::atomic<std::uint64_t> committed_;
    runtime::Counter records_total_, bytes_total_, batches_total_, redelivered_total_, lost_total_, retries_total_;
    runtime::Histogram batch_seconds_, batch_records_;
    runtime::Gauge reached_, pending_, queue_fill_;

    // Under mutex_.
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::unique_ptr<PendingBatch> full_;  ///< The batch that waits to be written.
    std::unique_ptr<PendingBatch> spare_;  ///< One that was written, for its memory.
    bool taking_ended_ = false;
    std::string trouble_;
    std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();

    // Last, so that they have ended before anything they use is gone.
    std::jthread writer_thread_;
    std::jthread taker_thread_;
};

/// The durable consumer of LOGS that ingestion has.
[[nodiscard]] bus::ConsumerSpec ingestion_consumer();

}  // namespace logchute::ingestion
