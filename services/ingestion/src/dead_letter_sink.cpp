#include "dead_letter_sink.hpp"

#include <atomic>
#include <latch>
#include <mutex>
#include <optional>
#include <string>

#include "logchute/bus/names.hpp"

namespace logchute::ingestion {
namespace {

// A header value is one line: what would break it becomes a space.
std::string header_text(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    return text;
}

bool is_ours_to_set(std::string_view name) {
    return name == bus::kMessageIdHeader || name == bus::kReasonHeader || name == bus::kDetailHeader || name == bus::kSubjectHeader ||
           name == bus::kSequenceHeader || name == bus::kOrdinalHeader || name == bus::kDeliveredHeader || name == bus::kLengthHeader;
}

}  // namespace

bus::Headers dead_letter_headers(const DeadLetter& letter, const bus::Message& message) {
    bus::Headers headers;
    for (auto& [name, value] : message.headers()) {
        // The payload of a letter is a line as it was before compression; a message that could not be decompressed stays as it is.
        const bool is_line = letter.payload.data() != message.payload().data() || letter.payload.size() != message.payload().size();
        if (is_ours_to_set(name) || (is_line && name == bus::kEncodingHeader)) continue;
        headers.emplace_back(name, value);
    }
    const auto set = [&](std::string_view name, std::string value) { headers.emplace_back(name, std::move(value)); };
    const std::string sequence = std::to_string(message.sequence());
    const std::string ordinal = std::to_string(letter.ordinal);
    set(bus::kReasonHeader, std::string(to_string(letter.reason)));
    set(bus::kDetailHeader, header_text(letter.detail));
    set(bus::kSubjectHeader, std::string(message.subject()));
    set(bus::kSequenceHeader, sequence);
    set(bus::kOrdinalHeader, ordinal);
    set(bus::kDeliveredHeader, std::to_string(message.delivered()));
    if (letter.reason == Reason::too_long) set(bus::kLengthHeader, std::to_string(letter.payload.size()));
    set(bus::kMessageIdHeader, "dlq-" + sequence + "-" + ordinal);
    return headers;
}

DeadLetterSink::DeadLetterSink(bus::Publisher& publisher, runtime::Metrics& metrics) : publisher_(publisher) {
    for (std::size_t i = 0; i < kReasonCount; ++i)
        counters_[i] = metrics.counter("ingestion_dead_letters_total", "Lines that are no record and went to LOGS_DLQ, by reason.",
                                       {{"reason", std::string(to_string(static_cast<Reason>(i)))}});
}

Result<void> DeadLetterSink::publish(const std::vector<DeadLetter>& letters, const std::vector<bus::Message>& messages) {
    if (letters.empty()) return {};
    struct Outcome {
        std::mutex mutex;
        std::optional<Error> error;
    } outcome;
    std::latch answered(static_cast<std::ptrdiff_t>(letters.size()));
    for (const DeadLetter& letter : letters) {
        const bus::Message& message = messages[letter.message];
        std::string subject(bus::kDlqPrefix);
        subject += message.subject();
        const auto payload = letter.reason == Reason::too_long ? letter.payload.substr(0, kTooLongBytesKept) : letter.payload;
        publisher_.publish_async(subject, dead_letter_headers(letter, message), payload, [&](Result<bus::PubAck> ack) {
            if (!ack) {
                const std::lock_guard lock(outcome.mutex);
                if (!outcome.error) outcome.error = std::move(ack).error();
            }
            answered.count_down();
        });
    }
    answered.wait();  // the publisher answers every one, by its ack timeout at the latest
    if (outcome.error) return std::unexpected(std::move(*outcome.error).in("dead letters"));
    return {};
}

void DeadLetterSink::count(const std::vector<DeadLetter>& letters) {
    for (const DeadLetter& letter : letters) counters_[static_cast<std::size_t>(letter.reason)].add();
}

}  // namespace logchute::ingestion
