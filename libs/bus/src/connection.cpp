#include "logchute/bus/connection.hpp"

#include <algorithm>
#include <utility>

#include "connection_impl.hpp"
#include "connection_options.hpp"
#include "nats_error.hpp"

namespace logchute::bus {
namespace {

constexpr std::size_t kMaxPayloadDefault = 1U << 20;  // nats-server's own
constexpr std::size_t kComplaintsMax = 16;
constexpr milliseconds kAttachTimeout{2'000};         // for the server to have seen the subscriptions of a new link

}  // namespace

Connection::Impl::Impl(ConnectionOptions options)
    : options_(std::move(options)),
      nats_options_(make_options(options_)),
      max_payload_(kMaxPayloadDefault),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Connection::Impl::~Impl() { close(SteadyClock::now()); }

LinkPtr Connection::Impl::link() const {
    const std::lock_guard lock(mutex_);
    return link_ && !link_->is_lost() ? link_ : nullptr;
}

LinkPtr Connection::Impl::wait_link(milliseconds timeout) const {
    std::unique_lock lock(mutex_);
    const auto there = [this] { return closed_ || (link_ && !link_->is_lost()); };
    if (!changed_.wait_for(lock, timeout, there) || closed_) return nullptr;
    return link_;
}

bool Connection::Impl::is_closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
}

void Connection::Impl::close(SteadyClock::time_point deadline) {
    const std::lock_guard closing(close_mutex_);
    if (const LinkPtr last = link()) {
        const auto patience = std::chrono::duration_cast<milliseconds>(deadline - SteadyClock::now());
        if (patience.count() > 0) (void)last->flush(patience);  // lost or late: closing is all that is left
    }
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    thread_.request_stop();
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Connection::Impl::add_user(LinkUser& user) {
    const std::lock_guard lock(users_mutex_);
    users_.push_back(&user);
    if (const LinkPtr current = link()) user.attach(current);
}

void Connection::Impl::remove_user(LinkUser& user) {
    const std::lock_guard lock(users_mutex_);
    std::erase(users_, &user);
}

std::string Connection::Impl::new_inbox() {
    natsInbox* raw = nullptr;
    if (natsInbox_Create(&raw) != NATS_OK) throw std::bad_alloc();  // its only failure
    return InboxPtr(raw).get();
}

void Connection::Impl::run(const std::stop_token& stop) {
    std::string said;  // a server that stays away for the same reason is mentioned once
    for (std::uint64_t generation = 1; !stop.stop_requested(); ++generation) {
        if (auto opened = Link::open(*nats_options_, generation, *this)) {
            said.clear();
            bring_up(*opened);
            std::unique_lock lock(mutex_);
            while (changed_.wait(lock, stop, [&] { return (*opened)->is_lost() || !complaints_.empty(); }) && !(*opened)->is_lost()) {
                lock.unlock();
                pass_on_complaints();
                lock.lock();
            }
            lock.unlock();
            take_down(*opened, stop.stop_requested());
        } else if (opened.error().detail != said) {
            said = opened.error().detail;
            report(false, "NATS is not there, at " + servers_text(options_.url) + " (" + said + "); waiting for it, trying again every " +
                              std::to_string(options_.reconnect_wait.count()) + " ms");
        }
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, stop, options_.reconnect_wait, [] { return false; });
    }
}

void Connection::Impl::bring_up(const LinkPtr& link) {
    max_payload_ = link->max_payload();
    {
        const std::lock_guard users(users_mutex_);
        for (LinkUser* user : users_) user->attach(link);
        // Connected means that others reach our responders: a subscription still in our buffer would have them hear "nobody is there".
        if (!link->flush(kAttachTimeout)) link->give_up();
        const std::lock_guard lock(mutex_);
        link_ = link;
    }
    changed_.notify_all();
    if (!link->is_lost()) report(true, "connected to " + link->server());
}

void Connection::Impl::take_down(const LinkPtr& link, bool on_purpose) {
    {
        const std::lock_guard lock(mutex_);
        link_.reset();
    }
    link->close();
    pass_on_complaints();
    if (!on_purpose) report(false, "the connection to " + link->server() + " is lost; connecting again");
}

void Connection::Impl::report(bool connected, std::string_view what) {
    if (options_.on_change) options_.on_change(connected, what);
}

void Connection::Impl::pass_on_complaints() {
    std::vector<std::string> complaints;
    bool connected = false;
    {
        const std::lock_guard lock(mutex_);
        complaints.swap(complaints_);
        connected = link_ != nullptr;
    }
    for (const auto& text : complaints) report(connected, "NATS says: " + text);
}

void Connection::Impl::link_lost() noexcept {
    // Under the lock, or the thread could look, miss it, and only then start to wait.
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
}

void Connection::Impl::link_complained(std::string_view what) noexcept {
    const std::lock_guard lock(mutex_);
    if (complaints_.size() < kComplaintsMax) complaints_.emplace_back(what);
    changed_.notify_all();
}

Connection::Connection(ConnectionOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Connection::~Connection() = default;

bool Connection::is_connected() const noexcept { return impl_->link() != nullptr; }

Result<void> Connection::wait_connected(milliseconds timeout) const {
    if (impl_->wait_link(timeout)) return {};
    return fail(Errc::unavailable, "not connected to NATS within " + std::to_string(timeout.count()) + " ms");
}

std::size_t Connection::max_payload() const noexcept { return impl_->max_payload(); }

void Connection::close(SteadyClock::time_point deadline) { impl_->close(deadline); }

}  // namespace logchute::bus
