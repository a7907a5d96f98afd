#include "logchute/bus/stream_reader.hpp"

#include <algorithm>
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
          name_(new_name()),
          consumer_(connection, {.stream = options.stream,
                                 .name = name_,
                                 .filter_subject = options.filter_subject,
                                 .is_reading = true,
                                 .headers_only = options.headers_only}),
          stream_(std::move(options.stream)),
          next_(options.from) {}

    /// Lets the server forget the consumer now rather than after kReadingConsumerLife.
    ~Impl() {
        if (const LinkPtr link = connection_.impl().link(); link && is_placed_)
            (void)link->publish({.subject = ("$JS.API.CONSUMER.DELETE." + stream_ + "." + name_).c_str()});
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    Result<std::vector<Message>> fetch(const FetchLimits& limits) {
        const auto deadline = SteadyClock::now() + limits.wait;
        while (true) {
            if (!is_placed_) {
                if (auto placed = place(); !placed) return std::unexpected(std::move(placed).error());
            }
            FetchLimits left = limits;
            left.wait = std::max(milliseconds(1), std::chrono::ceil<milliseconds>(deadline - SteadyClock::now()));
            auto messages = consumer_.fetch(left);
            if (!messages) {
                is_placed_ = false;
                return messages;
            }
            keep_what_follows(*messages);
            // Nothing is left of them because some were lost on the way: that is no end of the stream.
            if (!messages->empty() || is_placed_) return messages;
            if (SteadyClock::now() >= deadline) return fail(Errc::unavailable, "deliveries of " + stream_ + " were lost on the way");
        }
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
    const std::string name_;
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
