#include "dead_letter_sink.hpp"

#include <algorithm>
#include <atomic>
#include <latch>
#include <mutex>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "logchute/bus/dead_letter.hpp"
#include "logchute/runtime/logging.hpp"

namespace logchute::ingestion {
namespace {

/// One message for LOGS_DLQ.
struct Letter {
    std::size_t message;  ///< Index into the batch.
    bus::LetterGroup group;
};

struct Failure {
    std::size_t letter;
    Error error;
};

/// Publishes letters[i] for every i of `chosen`; what failed. Nothing more is sent after a failure that time may mend.
template <class MakeEnvelope>
std::vector<Failure> publish_all(bus::Publisher& publisher, const std::vector<std::size_t>& chosen, MakeEnvelope make) {
    std::mutex mutex;
    std::vector<Failure> failures;
    std::atomic<bool> is_hopeless = false;
    std::latch answered(static_cast<std::ptrdiff_t>(chosen.size()));
    for (const std::size_t index : chosen) {
        const auto settle = [&, index](Result<bus::PubAck> ack) {
            if (!ack) {
                if (is_retryable(ack.error().code)) is_hopeless = true;
                const std::lock_guard lock(mutex);
                failures.push_back({index, std::move(ack).error()});
            }
            answered.count_down();
        };
        if (is_hopeless) {
            settle(fail(Errc::unavailable, "another letter could not be published"));
            continue;
        }
        const bus::Envelope envelope = make(index);
        publisher.publish_async(envelope.subject, envelope.headers, envelope.payload, settle);
    }
    answered.wait();  // the publisher answers every one, by its ack timeout at the latest
    return failures;
}

/// The first failure that time may mend; the letters of the others.
std::optional<Error> sort_out(std::vector<Failure>& failures, std::vector<std::size_t>& refused) {
    for (Failure& failure : failures) {
        // A publisher that is closed is so because we stop: the batch comes again after the next start.
        if (is_retryable(failure.error.code) || failure.error.code == Errc::closed) return std::move(failure.error).in("dead letters");
        refused.push_back(failure.letter);
    }
    return std::nullopt;
}

}  // namespace

DeadLetterSink::DeadLetterSink(bus::Publisher& publisher, runtime::Metrics& metrics)
    : publisher_(publisher),
      unpublishable_total_(
          metrics.counter("ingestion_dead_letters_lost_total", "Dead letters that LOGS_DLQ can never take, not even reduced.")) {
    for (std::size_t i = 0; i < kReasonCount; ++i)
        counters_[i] = metrics.counter("ingestion_dead_letters_total", "Lines that are no record and went to LOGS_DLQ, by reason.",
                                       {{"reason", std::string(to_string(static_cast<Reason>(i)))}});
}

Result<void> DeadLetterSink::publish(const PendingBatch& batch) {
    std::vector<Letter> letters;
    for (std::size_t i = 0; i < batch.messages().size(); ++i)
        for (bus::LetterGroup& group : bus::group_letters(batch.bad_lines(i))) letters.push_back({i, std::move(group)});
    if (letters.empty()) return {};

    const auto publish = [&](const std::vector<std::size_t>& chosen, auto make_envelope) {
        return publish_all(publisher_, chosen, [&](std::size_t i) {
            const Letter& letter = letters[i];
            return make_envelope(batch.messages()[letter.message], batch.bad_lines(letter.message), letter.group);
        });
    };
    std::vector<std::size_t> all(letters.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    auto failures = publish(all, bus::full_envelope);
    std::vector<std::size_t> refused;
    if (auto error = sort_out(failures, refused)) return std::unexpected(std::move(*error));
    if (refused.empty()) return {};

    failures = publish(refused, bus::reduced_envelope);
    std::vector<std::size_t> lost;
    if (auto error = sort_out(failures, lost)) return std::unexpected(std::move(*error));
    for (const Failure& failure : failures) {
        const Letter& letter = letters[failure.letter];
        unpublishable_total_.add(static_cast<double>(letter.group.lines.size()));
        runtime::log_error("dead letters cannot be kept", {{"sequence", std::to_string(batch.messages()[letter.message].sequence())},
                                                           {"lines", std::to_string(letter.group.lines.size())},
                                                           {"cause", failure.error.detail}});
    }
    return {};
}

void DeadLetterSink::count(const PendingBatch& batch) {
    for (std::size_t i = 0; i < batch.messages().size(); ++i)
        for (const BadLine& bad : batch.bad_lines(i)) counters_[static_cast<std::size_t>(bad.reason)].add();
}

}  // namespace logchute::ingestion
