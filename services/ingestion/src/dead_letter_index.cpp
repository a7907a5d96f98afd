#include "dead_letter_index.hpp"

#include "logchute/bus/names.hpp"

namespace logchute::ingestion {
namespace {

constexpr bus::FetchLimits kFetch{.messages = 2000, .bytes = 8U << 20, .wait = bus::milliseconds(2000)};

}  // namespace

Result<void> DeadLetterIndex::update() {
    const auto stream = bus::stream_info(connection_, bus::kDlqStream);
    if (!stream) return std::unexpected(stream.error());
    if (!reader_ || stream->created != created_) {
        entries_.clear();
        created_ = stream->created;
        reader_ = std::make_unique<bus::StreamReader>(
            connection_,
            bus::StreamReaderOptions{
                .stream = std::string(bus::kDlqStream), .from = std::max<std::uint64_t>(1, stream->first_sequence), .headers_only = true});
    }
    while (!entries_.empty() && entries_.begin()->first < stream->first_sequence) {
        expired_ += entries_.begin()->second.ordinals.size();
        entries_.erase(entries_.begin());
    }
    // Without a last message the last sequence is only a number: nothing would come.
    while (stream->messages != 0 && reader_->next() <= stream->last_sequence) {
        const auto messages = reader_->fetch(kFetch);
        if (!messages) return std::unexpected(messages.error());
        if (messages->empty()) break;  // What is left was deleted meanwhile.
        for (const bus::Message& message : *messages)
            if (auto facts = bus::letter_facts(message)) entries_.emplace(message.sequence(), *std::move(facts));
    }
    return {};
}

}  // namespace logchute::ingestion
