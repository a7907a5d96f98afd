// Where dead letters go: the stream LOGS_DLQ.
#pragma once

#include <array>

#include "logchute/bus/publisher.hpp"
#include "logchute/core/batch_parser.hpp"
#include "logchute/runtime/metrics.hpp"
#include "pending_batch.hpp"

namespace logchute::ingestion {

/// Publishes dead letters and waits until all are on disk.
/// Threads:  one. Lifetime: borrows the Publisher.
/// Failures: those that a later attempt may mend; some letters may be in the stream by then. Calling again adds none twice within the stream's
///           duplicate window, because a letter's Nats-Msg-Id is the sequence and ordinal of its line. A letter that can never be published,
///           not even reduced, is logged and counted, so that it does not hold up its neighbours.
class DeadLetterSink {
public:
    DeadLetterSink(bus::Publisher& publisher, runtime::Metrics& metrics);

    /// The bad lines of all messages.
    [[nodiscard]] Result<void> publish(const PendingBatch& batch);
    /// Counts them, once their batch is committed.
    void count(const PendingBatch& batch);

private:
    bus::Publisher& publisher_;
    std::array<runtime::Counter, kReasonCount> counters_;
    runtime::Counter unpublishable_total_;
};

}  // namespace logchute::ingestion
