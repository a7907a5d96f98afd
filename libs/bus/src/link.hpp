// One live connection to a server, from its handshake to its loss.
//
// cnats can reconnect by itself, but then it buffers what is published meanwhile, holds its lock while it tries, and gives up for good on
// some errors of the server. So here a cnats connection lives as long as its socket, and connection.cpp makes a new Link after each loss.
// What that buys: a publish without a server fails at once and leaves nothing behind that could be stored later, and nothing ends the
// attempts.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "logchute/bus/connection.hpp"
#include "nats_handles.hpp"

namespace logchute::bus {

/// One message on its way out. Subject and reply are C strings for cnats's sake.
struct Outgoing {
    const char* subject;
    const char* reply = nullptr;
    const Headers* headers = nullptr;
    std::string_view payload{};
};

/// What a Link tells whoever owns it. Both from cnats threads; must not block.
class LinkObserver {
public:
    virtual ~LinkObserver() = default;
    virtual void link_lost() noexcept = 0;
    virtual void link_complained(std::string_view what) noexcept = 0;
};

/// Threads:  any. Lifetime: shared by all who use it; the observer must outlive close().
class Link {
public:
    /// Connects, which blocks up to the timeout in `options` for each server and address.
    [[nodiscard]] static Result<std::shared_ptr<Link>> open(natsOptions& options, std::uint64_t generation, LinkObserver& observer);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    /// Counts the links of one Connection, from 1.
    [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
    [[nodiscard]] std::size_t max_payload() const noexcept { return max_payload_; }
    [[nodiscard]] const std::string& server() const noexcept { return server_; }  ///< Its address, without user and password.
    [[nodiscard]] bool is_lost() const noexcept { return lost_; }
    [[nodiscard]] natsConnection& handle() noexcept { return *connection_; }

    /// Hands a message to cnats. Unavailable: it was not sent. Timeout: the socket failed halfway, so it may have been. invalid, too_large.
    [[nodiscard]] Result<void> publish(const Outgoing& message);
    /// Sends what publish() left in cnats's buffer, which otherwise waits up to a millisecond for company. That is right for a stream of
    /// messages and acknowledgements, and all of the latency of a lone one. Takes a round trip to the server, as cnats knows no other way.
    void push_out() noexcept;
    /// Waits until the server has seen all that was published before.
    [[nodiscard]] Result<void> flush(milliseconds timeout);
    /// Ends a subscription that is asked for its messages. cnats's reading thread looks a subscription up, lets go of the lock, and then
    /// puts the message into it, so that one that is destroyed meanwhile is written to. It is destroyed once that thread has gone past all
    /// that came before: it has read the answer to a flush. Takes a round trip to the server.
    void retire(SubscriptionPtr subscription) noexcept;
    /// Gives the connection up: the observer hears link_lost().
    void give_up() noexcept;
    /// Closes and waits until cnats will call back no more. Idempotent; not from a cnats thread.
    void close() noexcept;

private:
    Link(std::uint64_t generation, LinkObserver& observer) : generation_(generation), observer_(observer) {}
    [[nodiscard]] natsStatus send(const Outgoing& message);
    static void on_closed(natsConnection* connection, void* self);
    static void on_error(natsConnection* connection, natsSubscription* subscription, natsStatus status, void* self);

    // Constant once open.
    const std::uint64_t generation_;
    LinkObserver& observer_;
    ConnectionPtr connection_;
    std::size_t max_payload_ = 0;
    std::string server_;

    std::atomic<bool> lost_{false};
    /// Held while writing. After a write that failed halfway the next one would land inside the torn message, so whoever waits here must
    /// learn of it before writing: cnats's own lock cannot tell.
    std::mutex send_mutex_;

    std::mutex retired_mutex_;
    std::vector<SubscriptionPtr> retired_;  // under retired_mutex_; ended, not destroyed yet

    std::mutex closed_mutex_;
    std::condition_variable closed_changed_;
    bool closed_ = false;  // under closed_mutex_
};

using LinkPtr = std::shared_ptr<Link>;

}  // namespace logchute::bus
