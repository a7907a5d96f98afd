#include "subscription.hpp"

#include <algorithm>

#include "nats_error.hpp"

namespace logchute::bus {

Result<std::shared_ptr<Subscription>> Subscription::open(LinkPtr link, const std::string& subject, const std::string& queue,
                                                         Limits limits) {
    natsSubscription* raw = nullptr;
    const natsStatus status = queue.empty() ? natsConnection_SubscribeSync(&raw, &link->handle(), subject.c_str())
                                            : natsConnection_QueueSubscribeSync(&raw, &link->handle(), subject.c_str(), queue.c_str());
    if (status != NATS_OK) return std::unexpected(nats_error(status, "subscribe to " + subject));
    SubscriptionPtr handle(raw);
    natsSubscription_SetPendingLimits(raw, limits.messages, limits.bytes);
    return std::shared_ptr<Subscription>(new Subscription(std::move(link), std::move(handle)));
}

Subscription::Next Subscription::next(milliseconds timeout) noexcept {
    natsMsg* raw = nullptr;
    const natsStatus status = natsSubscription_NextMsg(&raw, handle_.get(), std::max<std::int64_t>(0, timeout.count()));
    return {MsgPtr(raw), status};
}

}  // namespace logchute::bus
