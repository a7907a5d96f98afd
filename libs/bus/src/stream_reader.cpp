#include "logchute/bus/stream_reader.hpp"

#include <utility>

#include "connection_impl.hpp"

namespace logchute::bus {
namespace {

/// The last token of an inbox is as unique as a consumer's name has to be.
std::string new_name() {
    const std::string inbox = Connection::Impl::new_inbox();
    return "reader-" + inbox.substr(inbox.rfind('.') + 1);
}

}  // namespace

// Deliveries are counted by the server: a count that does not follow the one before means that deliveries were lost on the way, and the
// consumer is made anew behind the last message that came.
class StreamReader::Impl {
public:
    Impl(Connection& connection, StreamReaderOptions options)
        : connection_(connection),
          consumer_(connection, {.stream = options.stream,
                                 .name = new_name(),
                                 .filter_subject = options.filter_subject,
                                 .is_reading = true,
                                 .headers_only = options.headers_only}),
          stream_(std::move(options.stream)),
          next_(options.from) {}

    Result<std::vector<Message>> fetch(const FetchLimits& limits) {
        if (!is_placed_) {
            if (auto placed = place(); !placed) return std::unexpected(std::move(placed).error());
        }
        auto messages = consumer_.fetch(limits);
        if (!messages) {
            is_placed_ = false;
            return messages;
        }
        keep_what_follows(*messages);
        return messages;
    }

    [[nodiscard]] std::uint64_t next() const noexcept { return next_; }

private:
    Result<void> place() {
        if (next_ == 0) {
            const auto info = stream_info(connection_, stream_);
            if (!info) return std::unexpected(info.error());
            next_ = info->last_sequence + 1;
        }
        if (auto restarted = consumer_.restart_at(next_); !restarted) return restarted;
        delivered_ = 0;
        is_placed_ = true;
        return {};
    }

    void keep_what_follows(std::vector<Message>& messages) {
        for (auto at = messages.begin(); at != messages.end(); ++at) {
            if (at->consumer_sequence() != delivered_ + 1 || at->sequence() < next_) {
                is_placed_ = false;
                messages.erase(at, messages.end());
                return;
            }
            ++delivered_;
            next_ = at->sequence() + 1;
        }
    }

    Connection& connection_;
    PullConsumer consumer_;
    const std::string stream_;
    std::uint64_t next_;
    std::uint64_t delivered_ = 0;  // the consumer's count of the last message
    bool is_placed_ = false;       // the consumer stands before next_
};

StreamReader::StreamReader(Connection& connection, StreamReaderOptions options)
    : impl_(std::make_unique<Impl>(connection, std::move(options))) {}
StreamReader::~StreamReader() = default;
Result<std::vector<Message>> StreamReader::fetch(const FetchLimits& limits) { return impl_->fetch(limits); }
std::uint64_t StreamReader::next() const noexcept { return impl_->next(); }

}  // namespace logchute::bus
