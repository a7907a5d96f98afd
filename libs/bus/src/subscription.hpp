// A subscription that is asked for its messages.
#pragma once

#include <string>
#include <utility>

#include "link.hpp"
#include "nats_handles.hpp"

namespace logchute::bus {

/// Threads:  one at a time.
/// Lifetime: keeps its Link. Of one link alone: after a loss make a new one.
class Subscription {
public:
    struct Limits {
        int messages = -1;  ///< Waiting here to be asked for; -1: no limit, for where something else bounds them. Beyond it they are lost.
        int bytes = -1;
    };
    /// `queue`: empty, or the group of which one gets each message.
    [[nodiscard]] static Result<std::shared_ptr<Subscription>> open(LinkPtr link, const std::string& subject, const std::string& queue,
                                                                    Limits limits);

    /// A message, or why there is none: NATS_TIMEOUT; NATS_NO_RESPONDERS where nobody listens to what was sent with this as its reply
    /// subject; anything else: the link is lost.
    struct Next {
        MsgPtr message;
        natsStatus status = NATS_OK;
    };
    [[nodiscard]] Next next(milliseconds timeout) noexcept;
    [[nodiscard]] const LinkPtr& link() const noexcept { return link_; }
    ~Subscription() { link_->retire(std::move(handle_)); }
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;

private:
    Subscription(LinkPtr link, SubscriptionPtr handle) noexcept : link_(std::move(link)), handle_(std::move(handle)) {}
    const LinkPtr link_;
    SubscriptionPtr handle_;
};

}  // namespace logchute::bus
