// A subscription that outlives its connection: made anew on each link, its messages handed to a client as they come.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connection_impl.hpp"

namespace logchute::bus {

/// What a Listener calls: from a thread of cnats, one call at a time. Must not block; must not throw.
class ListenerClient {
public:
    virtual ~ListenerClient() = default;
    virtual void on_message(MsgPtr message) noexcept = 0;
    /// That link is gone, and with it what was to come over it.
    virtual void on_lost(std::uint64_t /*generation*/) noexcept {}
};

/// Lifetime: borrows the connection and the client.
class Listener final : private LinkUser {
public:
    /// `queue`: empty, or the group of which one gets each message.
    Listener(Connection::Impl& connection, std::string subject, std::string queue, ListenerClient& client);
    /// Waits for a call under way; none comes after. Not from within such a call.
    ~Listener() override;
    /// Ends the subscription; what the server has sent already is still handed over, within `timeout`.
    void drain(milliseconds timeout);
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

private:
    struct Feed;
    void attach(const LinkPtr& link) override;

    Connection::Impl& connection_;
    const std::string subject_;
    const std::string queue_;
    ListenerClient& client_;
    /// The present one, and those of lost links that cnats has not finished with. Guarded by the connection, which attaches one at a time.
    std::vector<std::shared_ptr<Feed>> feeds_;
};

}  // namespace logchute::bus
