#include "live_bus_source.hpp"

#include <functional>
#include <utility>

#include "logchute/bus/log_message.hpp"
#include "logchute/bus/names.hpp"
#include "logchute/bus/stream_reader.hpp"
#include "logchute/core/json_records.hpp"

namespace logchute::dashboard {
namespace {

constexpr std::size_t kMessagesMax = 256;
constexpr std::size_t kBytesMax = 1U << 20;  // a reader holds twice that; a single message may be larger

/// Milliseconds: enough to tell two streams apart, and short in an id.
std::uint64_t epoch_of(Timestamp created) { return static_cast<std::uint64_t>(to_nanos(created)) / 1'000'000; }

Result<bus::StreamInfo> info_of(bus::Connection& connection, const std::string& stream) {
    auto info = bus::stream_info(connection, stream);
    if (!info && info.error().code == Errc::not_found) return bus::StreamInfo{.first_sequence = 1};
    return info;
}

StreamState state_of(const bus::StreamInfo& info) {
    return {.epoch = epoch_of(info.created), .first = std::max<std::uint64_t>(info.first_sequence, 1), .last = info.last_sequence};
}

/// A StreamReader that notices when the stream has been made anew, and begins it from its start.
class BusReader final : public LiveReader {
public:
    using Decode = std::function<LiveMessagePtr(bus::Message message, std::uint64_t epoch)>;

    BusReader(bus::Connection& connection, std::string stream, std::string subjects, std::uint64_t epoch, std::uint64_t from, Decode decode)
        : connection_(connection),
          stream_(std::move(stream)),
          subjects_(std::move(subjects)),
          decode_(std::move(decode)),
          epoch_(epoch),
          from_(from) {}

    Result<std::vector<LiveMessagePtr>> fetch(std::chrono::milliseconds wait) override {
        if (!is_placed_) {
            if (auto placed = place(); !placed) return std::unexpected(std::move(placed).error());
        }
        auto fetched = reader_->fetch({.messages = kMessagesMax, .bytes = kBytesMax, .wait = wait});
        if (!fetched) {
            is_placed_ = false;
            return std::unexpected(std::move(fetched).error());
        }
        std::vector<LiveMessagePtr> messages;
        messages.reserve(fetched->size());
        for (bus::Message& message : *fetched) messages.push_back(decode_(std::move(message), epoch_));
        return messages;
    }

private:
    Result<void> place() {
        const auto info = bus::stream_info(connection_, stream_);
        if (!info) return std::unexpected(info.error());
        if (const auto epoch = epoch_of(info->created); epoch != epoch_) {
            epoch_ = epoch;
            from_ = 1;
            reader_.reset();
        }
        if (!reader_) reader_.emplace(connection_, bus::StreamReaderOptions{.stream = stream_, .from = from_, .filter_subject = subjects_});
        is_placed_ = true;
        return {};
    }

    bus::Connection& connection_;
    const std::string stream_;
    const std::string subjects_;
    const Decode decode_;
    std::uint64_t epoch_;
    std::uint64_t from_;  // of the first message that reader_ gives
    std::optional<bus::StreamReader> reader_;
    bool is_placed_ = false;  // the stream is the one of epoch_
};

std::shared_ptr<LiveMessage> blank_message(const bus::Message& message, std::uint64_t epoch) {
    auto live = std::make_shared<LiveMessage>();
    live->epoch = epoch;
    live->sequence = message.sequence();
    live->is_last = message.pending() == 0;
    return live;
}

/// The message and its text, where that was compressed.
struct LogText {
    bus::Message message;
    std::string text;
};

LiveMessagePtr decode_logs(bus::LogMessageReader& reader, bus::Message message, std::uint64_t epoch) {
    auto live = blank_message(message, epoch);
    auto text = std::make_shared<LogText>(LogText{std::move(message), {}});
    live->source = reader.read(text->message, text->text, live->parsed).source;
    live->parsed.bad.clear();  // dead letters are nobody's here
    live->bytes =
        text->message.payload().size() + text->text.size() + live->parsed.records.size() * sizeof(LogRecord) + sizeof(LiveMessage);
    live->text = std::move(text);
    return live;
}

LiveMessagePtr decode_document(const bus::Message& message, std::uint64_t epoch) {
    auto live = blank_message(message, epoch);
    auto object = json_records(std::string(message.payload()));
    if (object && object->count == 1) live->document = std::move(object->lines);
    while (live->document.ends_with('\n')) live->document.pop_back();
    live->bytes = live->document.size() + sizeof(LiveMessage);
    return live;
}

}  // namespace

Result<StreamState> LogSource::state() {
    const auto info = info_of(connection_, std::string(bus::kLogsStream));
    if (!info) return std::unexpected(info.error());
    ids_.learn(epoch_of(info->created), info->created);
    return state_of(*info);
}

std::unique_ptr<LiveReader> LogSource::read(std::uint64_t epoch, std::uint64_t from) {
    const auto reader = std::make_shared<bus::LogMessageReader>(line_bytes_max_);
    return std::make_unique<BusReader>(
        connection_, std::string(bus::kLogsStream), std::string(), epoch, from,
        [reader](bus::Message message, std::uint64_t of) { return decode_logs(*reader, std::move(message), of); });
}

std::string LogSource::json(const LiveMessage& message, const LogRecord& record) {
    std::string out;
    append_record_json(out, record, ids_.id(message.epoch, message.sequence, record.ordinal), message.source);
    return out;
}

Result<StreamState> DocumentSource::state() {
    const auto info = info_of(connection_, stream_);
    if (!info) return std::unexpected(info.error());
    return state_of(*info);
}

std::unique_ptr<LiveReader> DocumentSource::read(std::uint64_t epoch, std::uint64_t from) {
    return std::make_unique<BusReader>(connection_, stream_, subjects_, epoch, from,
                                       [](const bus::Message& message, std::uint64_t of) { return decode_document(message, of); });
}

}  // namespace logchute::dashboard
