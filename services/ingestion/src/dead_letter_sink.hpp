// Where dead letters go: the stream LOGS_DLQ.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "logchute/bus/publisher.hpp"
#include "logchute/runtime/metrics.hpp"
#include "pending_batch.hpp"

namespace logchute::ingestion {

/// A dead letter as it is published.
struct Envelope {
    std::string subject;
    bus::Headers headers;
    std::string_view payload;  ///< Of the batch.
};

/// With all it came with: the line, the headers its message had, and where, why and how often. Headers that would steer the server (Nats-*),
/// and what no header may be, stay behind.
[[nodiscard]] Envelope full_envelope(const DeadLetter& letter, const bus::Message& message);
/// With what every server takes: the beginning of the line, the reason, and where it came from. For letters that are refused as they are,
/// because of their size or of the odd subject they came on.
[[nodiscard]] Envelope reduced_envelope(const DeadLetter& letter, const bus::Message& message);

/// Publishes dead letters and waits until all are on disk.
/// Threads:  one. Lifetime: borrows the Publisher.
/// Failures: those that a later attempt may mend; some letters may be in the stream by then. Calling again adds none twice within the stream's
///           duplicate window, because a letter's Nats-Msg-Id is the sequence and ordinal of its line. A letter that can never be published,
///           not even reduced, is logged and counted, so that it does not hold up its neighbours.
class DeadLetterSink {
public:
    DeadLetterSink(bus::Publisher& publisher, runtime::Metrics& metrics);

    [[nodiscard]] Result<void> publish(const std::vector<DeadLetter>& letters, const std::vector<bus::Message>& messages);
    /// Counts them, once their batch is committed.
    void count(const std::vector<DeadLetter>& letters);

private:
    bus::Publisher& publisher_;
    std::array<runtime::Counter, kReasonCount> counters_;
    runtime::Counter unpublishable_total_;
};

}  // namespace logchute::ingestion
