#include "listener.hpp"

#include <algorithm>
#include <utility>

#include "headers.hpp"

namespace logchute::bus {

/// One subscription on one link. cnats runs its callbacks on a thread that nobody can join, so the feed belongs to that thread as well as
/// to the listener: a reference on the heap goes to cnats, and comes back with on_complete.
struct Listener::Feed {
    using Reference = std::shared_ptr<Feed>;

    Feed(LinkPtr on, ListenerClient& to) : link(std::move(on)), client(&to) {}

    static void on_message(natsConnection*, natsSubscription*, natsMsg* raw, void* reference) {
        MsgPtr message(raw);
        const Feed::Reference& self = *static_cast<Reference*>(reference);
        const std::lock_guard lock(self->mutex);
        if (self->client != nullptr) self->client->on_message(std::move(message));
    }

    static void on_complete(void* reference) {
        const std::unique_ptr<Reference> owned(static_cast<Reference*>(reference));
        (*owned)->finish();
    }

    void finish() {
        const std::lock_guard lock(mutex);
        finished = true;
        if (client != nullptr) client->on_lost(link->generation());
    }

    bool is_finished() {
        const std::lock_guard lock(mutex);
        return finished;
    }

    const LinkPtr link;
    std::mutex mutex;  // held over calls to the client, so that letting go of it waits for them
    ListenerClient* client;  // under mutex; null once the listener has gone
    bool finished = false;  // under mutex
    SubscriptionPtr subscription;
};

namespace {

/// References that cnats never gave back: the link was lost between subscribing and asking for on_complete, so nobody knows whether its
/// thread still uses them. A few bytes each, kept for ever.
void keep_for_ever(void* reference) {
    static std::mutex mutex;
    static std::vector<void*> kept;
    const std::lock_guard lock(mutex);
    kept.push_back(reference);
}

constexpr int kUnlimited = -1;  // acks are bounded by what is outstanding, requests by a queue of ours

}  // namespace

Listener::Listener(Connection::Impl& connection, std::string subject, std::string queue, ListenerClient& client)
    : connection_(connection), subject_(std::move(subject)), queue_(std::move(queue)), client_(client) {
    connection_.add_user(*this);
}

Listener::~Listener() {
    connection_.remove_user(*this);
    for (const auto& feed : feeds_) {
        const std::lock_guard lock(feed->mutex);
        feed->client = nullptr;
    }
    for (const auto& feed : feeds_)
        if (feed->subscription) natsSubscription_Unsubscribe(feed->subscription.get());
}

void Listener::drain(milliseconds timeout) {
    connection_.remove_user(*this);  // from here on feeds_ is ours alone
    for (const auto& feed : feeds_)
        if (feed->subscription && natsSubscription_DrainTimeout(feed->subscription.get(), timeout.count()) == NATS_OK)
            (void)natsSubscription_WaitForDrainCompletion(feed->subscription.get(), timeout.count());
}

void Listener::attach(const LinkPtr& link) {
    std::erase_if(feeds_, [](const auto& feed) { return feed->is_finished(); });
    auto feed = std::make_shared<Feed>(link, client_);
    auto reference = std::make_unique<Feed::Reference>(feed);
    natsSubscription* raw = nullptr;
    const natsStatus status =
        queue_.empty()
            ? natsConnection_Subscribe(&raw, &link->handle(), subject_.c_str(), &Feed::on_message, reference.get())
            : natsConnection_QueueSubscribe(&raw, &link->handle(), subject_.c_str(), queue_.c_str(), &Feed::on_message, reference.get());
    if (status != NATS_OK) {
        link->give_up();  // it is lost already; whatever else it may be, a new link is the way out
        return;
    }
    feed->subscription.reset(raw);
    natsSubscription_SetPendingLimits(raw, kUnlimited, kUnlimited);
    void* const borrowed = reference.release();  // cnats has it now
    if (natsSubscription_SetOnCompleteCB(raw, &Feed::on_complete, borrowed) != NATS_OK) {
        keep_for_ever(borrowed);
        feed->finish();
        link->give_up();
    }
    feeds_.push_back(std::move(feed));
}

}  // namespace logchute::bus
