// The Connection as this library's own sources see it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "link.hpp"
#include "logchute/bus/connection.hpp"

namespace logchute::bus {

/// Somebody who subscribes anew on each link. attach() comes from the connection's thread, or from add_user(); before it has returned
/// nobody gets to see the link, so whoever publishes can rely on the subscription. Must not block or call back into the connection.
class LinkUser {
public:
    virtual ~LinkUser() = default;
    virtual void attach(const LinkPtr& link) = 0;
};

/// Keeps a Link alive: connects, tells everybody, waits for the loss, and starts again.
class Connection::Impl final : private LinkObserver {
public:
    explicit Impl(ConnectionOptions options);
    ~Impl() override;
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    /// The link; null while there is none.
    [[nodiscard]] LinkPtr link() const;
    /// The same, with up to `timeout` of patience. Null: still none, or the connection has been closed.
    [[nodiscard]] LinkPtr wait_link(milliseconds timeout) const;
    [[nodiscard]] bool is_closed() const;
    [[nodiscard]] std::size_t max_payload() const noexcept { return max_payload_; }
    void close(SteadyClock::time_point deadline);

    void add_user(LinkUser& user);
    void remove_user(LinkUser& user);

    /// A subject of our own to be answered on, unlike any other's.
    [[nodiscard]] static std::string new_inbox();

private:
    void run(const std::stop_token& stop);
    void bring_up(const LinkPtr& link);
    void take_down(const LinkPtr& link, bool on_purpose);
    void report(bool connected, std::string_view what);
    void pass_on_complaints();
    void link_lost() noexcept override;
    void link_complained(std::string_view what) noexcept override;

    const ConnectionOptions options_;
    const OptionsPtr nats_options_;
    std::atomic<std::size_t> max_payload_;

    std::mutex close_mutex_;  // one close() at a time
    /// Held over attach(), and outside mutex_ (never taken inside it).
    std::mutex users_mutex_;
    std::vector<LinkUser*> users_;  // under users_mutex_

    mutable std::mutex mutex_;
    mutable std::condition_variable_any changed_;
    LinkPtr link_;  // under mutex_, as all below
    bool closed_ = false;
    std::vector<std::string> complaints_;  // at most kComplaintsMax; dropped beyond

    std::jthread thread_;  // last: joined first
};

}  // namespace logchute::bus
