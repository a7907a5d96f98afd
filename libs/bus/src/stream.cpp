#include "logchute/bus/stream.hpp"

#include <algorithm>
#include <limits>

#include "jetstream.hpp"
#include "nats_error.hpp"

namespace logchute::bus {
namespace {

/// JetStream's "no limit" is -1 for bytes.
std::int64_t limit(std::uint64_t bytes) {
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return bytes == 0 ? -1 : static_cast<std::int64_t>(std::min(bytes, most));
}

std::uint64_t non_negative(std::int64_t value) { return value < 0 ? 0 : static_cast<std::uint64_t>(value); }

Result<StreamInfoPtr> get_stream(const JetStream& js, const std::string& name) {
    jsStreamInfo* raw = nullptr;
    jsErrCode code{};
    const natsStatus status = js_GetStreamInfo(&raw, js.get(), name.c_str(), nullptr, &code);
    if (status != NATS_OK) return std::unexpected(jetstream_error(status, code, "stream " + name));
    return StreamInfoPtr(raw);
}

Result<ConsumerInfoPtr> get_consumer(const JetStream& js, const std::string& stream, const std::string& name) {
    jsConsumerInfo* raw = nullptr;
    jsErrCode code{};
    const natsStatus status = js_GetConsumerInfo(&raw, js.get(), stream.c_str(), name.c_str(), nullptr, &code);
    if (status != NATS_OK) return std::unexpected(jetstream_error(status, code, "consumer " + name + " of " + stream));
    return ConsumerInfoPtr(raw);
}

Result<void> add_stream(const JetStream& js, const StreamSpec& spec) {
    std::vector<const char*> subjects(spec.subjects.size());
    std::ranges::transform(spec.subjects, subjects.begin(), [](const std::string& subject) { return subject.c_str(); });
    jsStreamConfig config;
    jsStreamConfig_Init(&config);
    config.Name = spec.name.c_str();
    config.Subjects = subjects.data();
    config.SubjectsLen = static_cast<int>(subjects.size());
    config.Retention = js_LimitsPolicy;
    config.Discard = js_DiscardOld;
    config.Storage = js_FileStorage;
    config.MaxAge = spec.max_age.count();
    config.MaxBytes = limit(spec.max_bytes);
    config.Replicas = spec.replicas;
    // The server refuses a window longer than the stream keeps its messages.
    config.Duplicates = spec.max_age.count() == 0 ? spec.duplicate_window.count() : std::min(spec.duplicate_window, spec.max_age).count();
    jsErrCode code{};
    const natsStatus status = js_AddStream(nullptr, js.get(), &config, nullptr, &code);
    // Somebody else was quicker, with other limits perhaps: it is there.
    if (status == NATS_OK || code == JSStreamNameExistErr) return {};
    return std::unexpected(jetstream_error(status, code, "create stream " + spec.name));
}

Result<void> add_consumer(const JetStream& js, const ConsumerSpec& spec, std::uint64_t start_sequence) {
    jsConsumerConfig config;
    jsConsumerConfig_Init(&config);
    if (spec.is_reading) {
        config.Name = spec.name.c_str();
        config.AckPolicy = js_AckNone;
        config.InactiveThreshold = std::chrono::nanoseconds(kReadingConsumerLife).count();
        config.MemoryStorage = true;
    } else {
        config.Durable = spec.name.c_str();
        config.AckPolicy = js_AckExplicit;
        config.AckWait = spec.ack_wait.count();
        config.MaxAckPending = spec.max_ack_pending;
        config.MaxDeliver = -1;
    }
    config.HeadersOnly = spec.headers_only;
    if (!spec.filter_subject.empty()) config.FilterSubject = spec.filter_subject.c_str();
    config.DeliverPolicy = js_DeliverAll;
    if (start_sequence > 1) {
        config.DeliverPolicy = js_DeliverByStartSequence;
        config.OptStartSeq = start_sequence;
    }
    jsErrCode code{};
    const natsStatus status = js_AddConsumer(nullptr, js.get(), spec.stream.c_str(), &config, nullptr, &code);
    if (status == NATS_OK) return {};
    return std::unexpected(jetstream_error(status, code, "create consumer " + spec.name + " of " + spec.stream));
}

}  // namespace

Result<void> ensure_stream(Connection& connection, const StreamSpec& spec) {
    auto js = JetStream::open(connection.impl());
    if (!js) return std::unexpected(std::move(js).error());
    auto there = get_stream(*js, spec.name);
    if (there) return {};
    if (there.error().code != Errc::not_found) return std::unexpected(std::move(there).error());
    return add_stream(*js, spec);
}

Result<StreamInfo> stream_info(Connection& connection, std::string_view stream) {
    auto js = JetStream::open(connection.impl());
    if (!js) return std::unexpected(std::move(js).error());
    auto info = get_stream(*js, std::string(stream));
    if (!info) return std::unexpected(std::move(info).error());
    const jsStreamState& state = (*info)->State;
    return StreamInfo{.messages = state.Msgs,
                      .bytes = state.Bytes,
                      .first_sequence = state.FirstSeq,
                      .last_sequence = state.LastSeq,
                      .max_bytes = non_negative((*info)->Config->MaxBytes),
                      .max_messages = non_negative((*info)->Config->MaxMsgs),
                      .max_age = std::chrono::nanoseconds((*info)->Config->MaxAge),
                      .created = from_nanos((*info)->Created)};
}

Result<bool> delete_message(Connection& connection, std::string_view stream, std::uint64_t sequence) {
    auto js = JetStream::open(connection.impl());
    if (!js) return std::unexpected(std::move(js).error());
    jsErrCode code{};
    const std::string name(stream);
    const natsStatus status = js_DeleteMsg(js->get(), name.c_str(), sequence, nullptr, &code);
    if (status == NATS_OK) return true;
    // What is not there any more answers with one of two codes, by the way it left.
    constexpr int kMessageNotFound = 10037, kMessageDeleteFailed = 10057;
    if (status == NATS_NOT_FOUND || static_cast<int>(code) == kMessageNotFound || static_cast<int>(code) == kMessageDeleteFailed)
        return false;
    return std::unexpected(jetstream_error(status, code, "delete message " + std::to_string(sequence) + " of " + name));
}

Result<void> ensure_consumer(Connection& connection, const ConsumerSpec& spec) {
    auto js = JetStream::open(connection.impl());
    if (!js) return std::unexpected(std::move(js).error());
    auto there = get_consumer(*js, spec.stream, spec.name);
    if (there) return {};
    if (there.error().code != Errc::not_found) return std::unexpected(std::move(there).error());
    auto added = add_consumer(*js, spec, 0);
    if (!added && added.error().code == Errc::conflict) return {};  // somebody else was quicker, with other limits perhaps
    return added;
}

Result<void> restart_consumer(Connection& connection, const ConsumerSpec& spec, std::uint64_t sequence) {
    auto js = JetStream::open(connection.impl());
    if (!js) return std::unexpected(std::move(js).error());
    jsErrCode code{};
    const natsStatus status = js_DeleteConsumer(js->get(), spec.stream.c_str(), spec.name.c_str(), nullptr, &code);
    if (status != NATS_OK)
        if (Error error = jetstream_error(status, code, "delete consumer " + spec.name + " of " + spec.stream);
            error.code != Errc::not_found)
            return std::unexpected(std::move(error));
    return add_consumer(*js, spec, sequence);
}

Result<ConsumerInfo> consumer_info(Connection& connection, std::string_view stream, std::string_view consumer) {
    auto js = JetStream::open(connection.impl());
    if (!js) return std::unexpected(std::move(js).error());
    auto info = get_consumer(*js, std::string(stream), std::string(consumer));
    if (!info) return std::unexpected(std::move(info).error());
    return ConsumerInfo{.pending = (*info)->NumPending,
                        .ack_pending = non_negative((*info)->NumAckPending),
                        .ack_floor = (*info)->AckFloor.Stream,
                        .delivered = (*info)->Delivered.Stream};
}

}  // namespace logchute::bus
