#include "intake.hpp"

#include <algorithm>

#include "intake_stream.hpp"
#include "logchute/bus/names.hpp"
#include "logchute/core/json_text.hpp"

namespace logchute::gateway {
namespace {

// Below this a text is small enough to gain from sharing a message, and its fsync, with others.
constexpr std::size_t kShareBelowBytes = 64U << 10;
// 8 messages of 512 KiB keep the server's disk busy; more would only be memory.
constexpr std::size_t kMessagesInFlight = 8;

std::string subject_of(const Origin& origin) { return std::string(bus::kLogsPrefix) + origin.source; }

bool joins(const Origin& origin) { return origin.join && (origin.format == Format::automatic || origin.format == Format::plain); }

}  // namespace

bool is_source(std::string_view text) { return !text.empty() && bus::subject_token(text) == text; }

bool is_service(std::string_view text) {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    return text.size() <= kNameBytesMax && std::ranges::none_of(text, is_control) && json::is_valid_utf8(text);
}

std::string service_form() {
    return "service must be UTF-8 of at most " + std::to_string(kNameBytesMax) + " bytes, without control characters";
}

bus::Headers origin_headers(const Origin& origin) {
    bus::Headers headers;
    const auto set = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) headers.emplace_back(name, value);
    };
    if (origin.format != Format::automatic) set(bus::kFormatHeader, to_string(origin.format));
    if (joins(origin)) set(bus::kJoinHeader, "true");
    set(bus::kServiceHeader, origin.service);
    set(bus::kTagsHeader, origin.tags);
    set(bus::kUploadHeader, origin.upload);
    return headers;
}

Result<Accepted> Intake::take(const Origin& origin, std::string_view text) {
    // Lines that may continue a record must not meet those of somebody else, and an id speaks for one message alone.
    const bool alone = joins(origin) || !origin.identity.empty();
    if (alone || text.size() >= kShareBelowBytes || text.size() >= chunks_.line_bytes_max) {
        IntakeStream stream(publisher_, origin, chunks_);
        if (auto done = stream.add(text); !done) return std::unexpected(done.error());
        return stream.finish();
    }
    LineChunker chunker(chunks_, [&](const Chunk& chunk) -> Result<void> {
        const auto ack = group_.commit(subject_of(origin), origin_headers(origin), chunk.text, chunk.records);
        if (!ack) return std::unexpected(ack.error());
        return {};
    });
    if (auto done = chunker.add(text); !done) return std::unexpected(done.error());
    if (auto done = chunker.finish(); !done) return std::unexpected(done.error());
    return Accepted{chunker.lines(), chunker.records(), 0};
}

Result<bus::PubAck> Intake::take_once(const Origin& origin, std::string_view line, std::string id) {
    if (line.size() > chunks_.line_bytes_max) {
        // Cut, as any line that is too long; it is a dead letter that says so.
        Origin identified = origin;
        identified.identity = std::move(id);
        const auto taken = take(identified, line);
        if (!taken) return std::unexpected(taken.error());
        return bus::PubAck{.sequence = 0, .duplicate = taken->duplicates != 0};
    }
    bus::Headers headers = origin_headers(origin);
    headers.emplace_back(bus::kRecordsHeader, "1");
    headers.emplace_back(bus::kMessageIdHeader, std::move(id));
    return publisher_.publish(subject_of(origin), headers, line);
}

IntakeStream::IntakeStream(bus::Publisher& publisher, const Origin& origin, ChunkOptions chunks)
    : publisher_(publisher),
      subject_(subject_of(origin)),
      headers_(origin_headers(origin)),
      ids_(origin.identity, subject_),
      window_(kMessagesInFlight),
      chunker_((chunks.join = joins(origin), chunks), [this](const Chunk& chunk) { return publish(chunk); }) {}

Result<void> IntakeStream::publish(const Chunk& chunk) {
    if (auto place = window_.reserve(); !place) return place;
    bus::Headers headers = headers_;
    if (chunk.cut_from_bytes != 0) headers.emplace_back(bus::kLengthHeader, std::to_string(chunk.cut_from_bytes));
    headers.emplace_back(bus::kRecordsHeader, std::to_string(chunk.records));
    if (ids_.is_on()) headers.emplace_back(bus::kMessageIdHeader, ids_.next(headers, chunk.text));
    has_published_ = true;
    publisher_.publish_async(subject_, headers, chunk.text, [this, records = chunk.records](const Result<bus::PubAck>& ack) {
        if (ack && ack->duplicate) duplicates_ += records;
        window_.settle(ack);
    });
    return {};
}

Result<Accepted> IntakeStream::finish() {
    if (auto done = chunker_.finish(); !done) return std::unexpected(done.error());
    if (auto done = window_.wait(); !done) return std::unexpected(done.error());
    return progress();
}

}  // namespace logchute::gateway
