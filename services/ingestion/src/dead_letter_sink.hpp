// Where dead letters go: the stream LOGS_DLQ.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "logchute/bus/publisher.hpp"
#include "logchute/runtime/metrics.hpp"
#include "pending_batch.hpp"

namespace logchute::ingestion {

/// Publishes dead letters and waits until all are on disk.
/// Threads:  one. Lifetime: borrows the Publisher.
/// Failures: unavailable or timeout; some letters may be in the stream by then. Calling again adds none twice within the stream's duplicate
///           window, because a letter's Nats-Msg-Id is the sequence and ordinal of its line.
class DeadLetterSink {
public:
    DeadLetterSink(bus::Publisher& publisher, runtime::Metrics& metrics);

    [[nodiscard]] Result<void> publish(const std::vector<DeadLetter>& letters, const std::vector<bus::Message>& messages);
    /// Counts them, once their batch is committed.
    void count(const std::vector<DeadLetter>& letters);

private:
    bus::Publisher& publisher_;
    std::array<runtime::Counter, kReasonCount> counters_;
};

/// The headers a letter is published with: those its message came with, and where, why and how often. Exposed for tests.
[[nodiscard]] bus::Headers dead_letter_headers(const DeadLetter& letter, const bus::Message& message);

}  // namespace logchute::ingestion
