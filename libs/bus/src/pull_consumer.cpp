#include <algorithm>
#include <charconv>
#include <utility>

#include "connection_impl.hpp"
#include "headers.hpp"
#include "message_impl.hpp"
#include "subscription.hpp"

namespace logchute::bus {
namespace {

/// A request stays open at the server for so long; an idle consumer asks anew after it.
constexpr std::chrono::seconds kRequestLife{5};
/// A request that has not ended so long after its life was lost on the way.
constexpr std::chrono::seconds kRequestGrace{2};

/// The answer of the server that is no message: "408 Request Timeout" and its like.
int status_of(natsMsg& message) {
    const auto text = header_of(message, "Status");
    int status = 0;
    std::from_chars(text.data(), text.data() + text.size(), status);
    return status;
}

std::string request_text(const FetchLimits& limits, bool any_size) {
    std::string text = R"({"batch":)" + std::to_string(any_size ? 1 : std::max<std::size_t>(1, limits.messages));
    if (!any_size && limits.bytes != 0) text += R"(,"max_bytes":)" + std::to_string(limits.bytes);
    return text + R"(,"expires":)" + std::to_string(std::chrono::nanoseconds(kRequestLife).count()) + "}";
}

}  // namespace

// One request at a time is open at the server: "up to so many messages and bytes, within kRequestLife". The server fills it as messages
// come, so they are on their way while the caller works on the last batch. It ends with its last message, or with a status message that
// carries its number; then the next one goes out at once. At most one request's worth lies here unasked for. One inbox for all of them
// keeps the order.
class PullConsumer::Impl {
public:
    Impl(Connection& connection, ConsumerSpec spec) : owner_(connection), connection_(connection.impl()), spec_(std::move(spec)) {}

    ~Impl() { give_prefetched_back(); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    Result<std::vector<Message>> fetch(const FetchLimits& limits) {
        const auto deadline = SteadyClock::now() + limits.wait;
        if (auto ready = prepare(limits); !ready) return std::unexpected(std::move(ready).error());
        Batch batch;
        while (!is_full(batch, limits)) {
            if (auto asked = ask_if_idle(limits); !asked) return give_back(std::move(batch), std::move(asked).error());
            const bool first = batch.messages.empty();
            const auto patience = first ? std::min(deadline, request_end_) - SteadyClock::now() : SteadyClock::duration::zero();
            auto next = subscription_->next(std::chrono::ceil<milliseconds>(patience));
            if (next.status == NATS_TIMEOUT) {
                if (SteadyClock::now() >= request_end_) request_left_ = 0;  // lost on the way: ask again
                if (!first || SteadyClock::now() >= deadline) break;
                continue;
            }
            if (next.status != NATS_OK) return give_back(std::move(batch), session_over(next.status));
            if (auto taken = take(std::move(next.message), batch); !taken) return give_back(std::move(batch), std::move(taken).error());
        }
        if (auto asked = ask_if_idle(limits); !asked) return give_back(std::move(batch), std::move(asked).error());
        return std::move(batch.messages);
    }

    Result<void> restart_at(std::uint64_t sequence) {
        drop_session();  // with what lies here from before
        return restart_consumer(owner_, spec_, sequence);
    }

    [[nodiscard]] Result<ConsumerInfo> info() const { return consumer_info(owner_, spec_.stream, spec_.name); }

private:
    struct Batch {
        std::vector<Message> messages;
        std::size_t bytes = 0;
    };

    static bool is_full(const Batch& batch, const FetchLimits& limits) {
        return batch.messages.size() >= std::max<std::size_t>(1, limits.messages) || (limits.bytes != 0 && batch.bytes >= limits.bytes);
    }

    /// What has been received is the caller's, whatever happened after; the failure will show again with the next call.
    static Result<std::vector<Message>> give_back(Batch batch, Error error) {
        if (batch.messages.empty()) return std::unexpected(std::move(error));
        return std::move(batch.messages);
    }

    /// Sees to a subscription on the present link, and to the consumer.
    Result<void> prepare(const FetchLimits& limits) {
        const LinkPtr link = connection_.wait_link(limits.wait);
        if (!link) {
            drop_session();
            if (connection_.is_closed()) return fail(Errc::closed, "the connection has been closed");
            return fail(Errc::unavailable, "not connected to NATS");
        }
        if (subscription_ && subscription_->link() == link) return {};
        drop_session();
        if (auto there = ensure_consumer(owner_, spec_); !there) return there;
        inbox_ = Connection::Impl::new_inbox();
        // No limits: at most one request's worth is on its way.
        auto opened = Subscription::open(link, inbox_ + ".*", "", {});
        if (!opened) return std::unexpected(std::move(opened).error());
        subscription_ = *std::move(opened);
        return {};
    }

    /// Lets another replica, or the next start, have what lies here now rather than after ack_wait.
    void give_prefetched_back() {
        if (!subscription_) return;
        while (true) {
            const auto next = subscription_->next(milliseconds(0));
            if (next.status != NATS_OK) return;
            const char* reply = natsMsg_GetReply(next.message.get());
            if (reply != nullptr && !subscription_->link()->publish({.subject = reply, .payload = "-NAK"})) return;
        }
    }

    void drop_session() {
        subscription_.reset();
        request_left_ = 0;
        any_size_ = false;
    }

    Result<void> ask_if_idle(const FetchLimits& limits) {
        if (request_left_ != 0) return {};
        const std::string subject = "$JS.API.CONSUMER.MSG.NEXT." + spec_.stream + "." + spec_.name;
        const std::string text = request_text(limits, any_size_);
        const std::string reply = inbox_ + "." + std::to_string(++request_);
        auto sent = subscription_->link()->publish({.subject = subject.c_str(), .reply = reply.c_str(), .payload = text});
        if (!sent) {
            drop_session();
            return fail(Errc::unavailable, "the connection to NATS was lost");
        }
        subscription_->link()->push_out();
        request_left_ = any_size_ ? 1 : std::max<std::size_t>(1, limits.messages);
        request_taken_ = 0;
        request_end_ = SteadyClock::now() + kRequestLife + kRequestGrace;
        any_size_ = false;
        return {};
    }

    Result<void> take(MsgPtr message, Batch& batch) {
        const char* reply = natsMsg_GetReply(message.get());
        if (reply == nullptr || *reply == '\0') return heed(*message);
        const auto delivery = parse_ack_subject(reply);
        if (!delivery) return {};  // none of JetStream's: somebody guessed our inbox
        if (request_left_ != 0) --request_left_;
        ++request_taken_;
        batch.bytes += static_cast<std::size_t>(natsMsg_GetDataLength(message.get()));
        batch.messages.emplace_back(std::make_unique<Message::Impl>(Message::Impl{std::move(message), *delivery, &connection_}));
        return {};
    }

    /// A status message: how the request ended.
    Result<void> heed(natsMsg& message) {
        const std::string_view subject = natsMsg_GetSubject(&message);
        if (subject.substr(inbox_.size() + 1) != std::to_string(request_)) return {};  // of one long over
        const int status = status_of(message);
        const std::string_view words = header_of(message, "Description");
        if (status == 100) return {};
        request_left_ = 0;
        if (status == 404 || status == 408) return {};
        if (status == 409) {
            if (words.contains("Exceeds MaxBytes")) {
                any_size_ = request_taken_ == 0;  // the next message alone is over the limit: one always comes
                return {};
            }
            if (words.contains("Batch Completed") || words.contains("Leadership Change") || words.contains("Server Shutdown")) return {};
        }
        Error error{Errc::unavailable,
                    "consumer " + spec_.name + " of " + spec_.stream + ": " + std::to_string(status) + " " + std::string(words)};
        drop_session();
        return std::unexpected(std::move(error));
    }

    Error session_over(natsStatus status) {
        drop_session();
        if (status == NATS_NO_RESPONDERS)
            return {Errc::unavailable, "the consumer " + spec_.name + " of " + spec_.stream + " is gone, or JetStream is not up"};
        return {Errc::unavailable, "the connection to NATS was lost"};
    }

    Connection& owner_;
    Connection::Impl& connection_;
    const ConsumerSpec spec_;

    // The session: made anew on each link.
    std::string inbox_;
    std::shared_ptr<Subscription> subscription_;
    std::uint64_t request_ = 0;  // number of the open request, or of the last one
    std::size_t request_left_ = 0;  // messages it may still bring; 0: none is open
    std::size_t request_taken_ = 0;  // messages it has brought
    SteadyClock::time_point request_end_{};
    bool any_size_ = false;  // the next request is for one message of whatever size
};

PullConsumer::PullConsumer(Connection& connection, ConsumerSpec spec) : impl_(std::make_unique<Impl>(connection, std::move(spec))) {}
PullConsumer::~PullConsumer() = default;
Result<std::vector<Message>> PullConsumer::fetch(const FetchLimits& limits) { return impl_->fetch(limits); }
Result<void> PullConsumer::restart_at(std::uint64_t sequence) { return impl_->restart_at(sequence); }
Result<ConsumerInfo> PullConsumer::info() const { return impl_->info(); }

}  // namespace logchute::bus
