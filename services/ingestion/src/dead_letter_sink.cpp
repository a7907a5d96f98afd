#include "dead_letter_sink.hpp"

#include <algorithm>
#include <atomic>
#include <latch>
#include <mutex>
#include <optional>
#include <utility>

#include "logchute/bus/names.hpp"
#include "logchute/runtime/logging.hpp"

namespace logchute::ingestion {
namespace {

constexpr std::size_t kCopiedHeadersMax = 32;
constexpr std::size_t kHeaderNameBytesMax = 64;
constexpr std::size_t kHeaderValueBytesMax = 4 * 1024;

// A header value is one line: what would break it becomes a space.
std::string header_text(std::string_view text) {
    std::string line(text.substr(0, kHeaderValueBytesMax));
    for (char& c : line)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    return line;
}

bool is_plain_name(std::string_view name) {
    return !name.empty() && name.size() <= kHeaderNameBytesMax && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

bool steers_the_server(std::string_view name) {
    constexpr std::string_view kPrefix = "nats-";
    return name.size() >= kPrefix.size() && std::ranges::equal(name.substr(0, kPrefix.size()), kPrefix, [](char a, char b) {
               return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
           });
}

bool is_ours_to_set(std::string_view name) {
    return name == bus::kReasonHeader || name == bus::kDetailHeader || name == bus::kSubjectHeader || name == bus::kSequenceHeader ||
           name == bus::kOrdinalHeader || name == bus::kDeliveredHeader || name == bus::kLengthHeader;
}

/// Where the letter came from and why, in both envelopes.
void add_facts(bus::Headers& headers, const DeadLetter& letter, const bus::Message& message, std::size_t length) {
    const std::string sequence = std::to_string(message.sequence());
    const std::string ordinal = std::to_string(letter.ordinal);
    const auto set = [&](std::string_view name, std::string value) { headers.emplace_back(name, std::move(value)); };
    set(bus::kReasonHeader, std::string(to_string(letter.reason)));
    set(bus::kDetailHeader, header_text(letter.detail));
    set(bus::kSubjectHeader, header_text(message.subject()));
    set(bus::kSequenceHeader, sequence);
    set(bus::kOrdinalHeader, ordinal);
    set(bus::kDeliveredHeader, std::to_string(message.delivered()));
    // A line that was cut before it came to us says itself how long it was.
    if (const auto told = message.header(bus::kLengthHeader); !told.empty())
        set(bus::kLengthHeader, header_text(told));
    else if (length > kTooLongBytesKept)
        set(bus::kLengthHeader, std::to_string(length));
    // The time tells apart letters of a stream that was deleted and begins at 1 again.
    set(bus::kMessageIdHeader, "dlq-" + std::to_string(to_nanos(message.received())) + "-" + sequence + "-" + ordinal);
}

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
        const Envelope envelope = make(index);
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

Envelope full_envelope(const DeadLetter& letter, const bus::Message& message) {
    Envelope envelope{std::string(bus::kDlqPrefix) + std::string(message.subject()), {}, letter.payload};
    // The payload of a letter is a line as it was before compression; a message that could not be read at all stays as it is.
    const bool is_whole_message = letter.payload.data() == message.payload().data() && letter.payload.size() == message.payload().size();
    for (auto& [name, value] : message.headers()) {
        if (envelope.headers.size() == kCopiedHeadersMax) break;
        if (!is_plain_name(name) || steers_the_server(name) || is_ours_to_set(name)) continue;
        if (name == bus::kEncodingHeader && !is_whole_message) continue;
        envelope.headers.emplace_back(name, header_text(value));
    }
    add_facts(envelope.headers, letter, message, letter.payload.size());
    if (letter.reason == Reason::too_long) envelope.payload = envelope.payload.substr(0, kTooLongBytesKept);
    return envelope;
}

Envelope reduced_envelope(const DeadLetter& letter, const bus::Message& message) {
    Envelope envelope{
        std::string(bus::kDlqPrefix) + std::string(bus::kLogsPrefix) + "reduced", {}, letter.payload.substr(0, kTooLongBytesKept)};
    add_facts(envelope.headers, letter, message, letter.payload.size());
    return envelope;
}

DeadLetterSink::DeadLetterSink(bus::Publisher& publisher, runtime::Metrics& metrics)
    : publisher_(publisher),
      unpublishable_total_(
          metrics.counter("ingestion_dead_letters_lost_total", "Dead letters that LOGS_DLQ can never take, not even reduced.")) {
    for (std::size_t i = 0; i < kReasonCount; ++i)
        counters_[i] = metrics.counter("ingestion_dead_letters_total", "Lines that are no record and went to LOGS_DLQ, by reason.",
                                       {{"reason", std::string(to_string(static_cast<Reason>(i)))}});
}

Result<void> DeadLetterSink::publish(const std::vector<DeadLetter>& letters, const std::vector<bus::Message>& messages) {
    if (letters.empty()) return {};
    std::vector<std::size_t> all(letters.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    auto failures = publish_all(publisher_, all, [&](std::size_t i) { return full_envelope(letters[i], messages[letters[i].message]); });
    std::vector<std::size_t> refused;
    if (auto error = sort_out(failures, refused)) return std::unexpected(std::move(*error));
    if (refused.empty()) return {};

    failures = publish_all(publisher_, refused, [&](std::size_t i) { return reduced_envelope(letters[i], messages[letters[i].message]); });
    std::vector<std::size_t> lost;
    if (auto error = sort_out(failures, lost)) return std::unexpected(std::move(*error));
    unpublishable_total_.add(static_cast<double>(lost.size()));
    for (const Failure& failure : failures)
        runtime::log_error(
            "a dead letter cannot be kept",
            {{"sequence", std::to_string(messages[letters[failure.letter].message].sequence())}, {"cause", failure.error.detail}});
    return {};
}

void DeadLetterSink::count(const std::vector<DeadLetter>& letters) {
    for (const DeadLetter& letter : letters) counters_[static_cast<std::size_t>(letter.reason)].add();
}

}  // namespace logchute::ingestion
