#include "logchute/bus/publisher.hpp"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "connection_impl.hpp"
#include "headers.hpp"
#include "listener.hpp"
#include "pub_ack.hpp"
#include "subject.hpp"

namespace logchute::bus {
namespace {

/// The number at the end of "<inbox>.<number>"; 0 for what is none of ours.
std::uint64_t number_of(std::string_view subject) noexcept {
    std::uint64_t number = 0;
    const auto dot = subject.rfind('.');
    if (dot == std::string_view::npos) return 0;
    const auto digits = subject.substr(dot + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc{} && end == digits.data() + digits.size() ? number : 0;
}

Error lost() { return {Errc::timeout, "the connection to NATS was lost before the answer came; whether the message is stored is unknown"}; }

}  // namespace

// Every message is published with a reply subject of its own, "<inbox>.<number>", and waits in pending_ under that number. Exactly one of
// these takes it out, and whoever takes it out calls `done`: its answer, the timer, the loss of the link it went over, a publish that
// failed at once, the destructor.
class Publisher::Impl final : private ListenerClient {
public:
    Impl(Connection::Impl& connection, PublisherOptions options)
        : connection_(connection),
          options_(options),
          inbox_(Connection::Impl::new_inbox()),
          listener_(connection, inbox_ + ".*", "", *this),
          timer_([this](const std::stop_token& stop) { expire(stop); }) {}

    void shut_down() {
        timer_.request_stop();
        fail_all([](const Pending&) { return true; },
                 {Errc::closed, "the publisher has been stopped; whether the message is stored is unknown"});
    }

    void publish(std::string_view subject, const Headers& headers, std::string_view payload, Done done) {
        if (auto sent = try_publish(subject, headers, payload, done); !sent) done(std::unexpected(std::move(sent).error()));
    }

    [[nodiscard]] std::size_t pending_messages() const noexcept {
        const std::lock_guard lock(mutex_);
        return pending_.size();
    }
    [[nodiscard]] std::size_t pending_bytes() const noexcept {
        const std::lock_guard lock(mutex_);
        return pending_bytes_;
    }

    Result<void> flush(SteadyClock::time_point deadline) {
        std::unique_lock lock(mutex_);
        if (room_.wait_until(lock, deadline, [this] { return pending_.empty(); })) return {};
        return fail(Errc::timeout, std::to_string(pending_.size()) + " messages are still without an answer");
    }

private:
    struct Pending {
        Done done;
        std::size_t bytes;
        std::uint64_t generation;  // of the link it went over
        SteadyClock::time_point deadline;
    };
    using PendingMap = std::map<std::uint64_t, Pending>;  // by number, so by deadline too

    /// An error: `done` is still the caller's to call.
    Result<void> try_publish(std::string_view subject, const Headers& headers, std::string_view payload, Done& done) {
        if (!is_publishable(subject)) return fail(Errc::invalid, "this is no subject to publish on: '" + subject_token(subject) + "'");
        if (auto fine = check_headers(headers); !fine) return fine;
        const LinkPtr link = connection_.link();
        if (!link) return fail(Errc::unavailable, "not connected to NATS");
        auto number = reserve(*link, payload.size(), done);
        if (!number) return std::unexpected(std::move(number).error());
        const std::string subject_text(subject);
        const std::string reply = inbox_ + "." + std::to_string(number->value);
        auto sent = link->publish({.subject = subject_text.c_str(), .reply = reply.c_str(), .headers = &headers, .payload = payload});
        if (sent) {
            if (number->alone) link->push_out();
            return sent;
        }
        auto ours = take(number->value);
        if (!ours) return {};  // somebody was faster and has called it
        done = std::move(ours->done);
        return sent;
    }

    /// Waits for room, and enters the message before it is sent: its answer may be quicker than we are.
    struct Number {
        std::uint64_t value;
        bool alone;  // nothing else was in flight: nobody's message will take this one along
    };
    Result<Number> reserve(const Link& link, std::size_t bytes, Done& done) {
        const auto deadline = SteadyClock::now() + options_.ack_timeout;
        std::unique_lock lock(mutex_);
        const auto ready = [&] { return stopped_locked() || is_lost_locked(link) || has_room_locked(bytes); };
        if (!room_.wait_until(lock, deadline, ready))
            return fail(Errc::full, std::to_string(pending_.size()) + " messages wait for the answer of NATS");
        if (stopped_locked()) return fail(Errc::closed, "the publisher has been stopped");
        if (is_lost_locked(link)) return fail(Errc::unavailable, "the connection to NATS was lost");
        const bool was_empty = pending_.empty();
        pending_.emplace(++last_number_, Pending{std::move(done), bytes, link.generation(), SteadyClock::now() + options_.ack_timeout});
        pending_bytes_ += bytes;
        if (was_empty) timer_changed_.notify_one();
        return Number{last_number_, was_empty};
    }

    [[nodiscard]] bool stopped_locked() const { return timer_.get_stop_token().stop_requested(); }
    [[nodiscard]] bool is_lost_locked(const Link& link) const { return link.generation() <= lost_generation_; }
    /// A message larger than the limit goes alone.
    [[nodiscard]] bool has_room_locked(std::size_t bytes) const {
        return pending_.empty() ||
               (pending_.size() < options_.pending_messages_max && pending_bytes_ + bytes <= options_.pending_bytes_max);
    }

    std::optional<Pending> take(std::uint64_t number) {
        std::optional<Pending> taken;
        {
            const std::lock_guard lock(mutex_);
            if (const auto found = pending_.find(number); found != pending_.end()) taken = remove_locked(found);
        }
        if (taken) room_.notify_all();
        return taken;
    }

    Pending remove_locked(PendingMap::iterator at) {
        Pending taken = std::move(at->second);
        pending_bytes_ -= taken.bytes;
        pending_.erase(at);
        return taken;
    }

    template <class Condition>
    void fail_all(Condition&& which, const Error& error) {
        std::vector<Pending> failed;
        {
            const std::lock_guard lock(mutex_);
            for (auto at = pending_.begin(); at != pending_.end();) {
                const auto here = at++;
                if (which(here->second)) failed.push_back(remove_locked(here));
            }
        }
        room_.notify_all();
        for (auto& pending : failed) pending.done(std::unexpected(error));
    }

    void on_message(MsgPtr message) noexcept override {
        auto pending = take(number_of(natsMsg_GetSubject(message.get())));
        if (!pending) return;  // too late, or none of ours
        if (natsMsg_IsNoResponders(message.get()))
            pending->done(fail(Errc::unavailable, "no stream takes this subject, or JetStream is not up"));
        else
            pending->done(parse_pub_ack(payload_of(*message)));
    }

    void on_lost(std::uint64_t generation) noexcept override {
        {
            const std::lock_guard lock(mutex_);
            lost_generation_ = std::max(lost_generation_, generation);
        }
        fail_all([&](const Pending& pending) { return pending.generation <= generation; }, lost());
    }

    void expire(const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        while (!stop.stop_requested()) {
            if (pending_.empty()) {
                timer_changed_.wait(lock, stop, [this] { return !pending_.empty(); });
                continue;
            }
            const auto next = pending_.begin()->second.deadline;
            if (SteadyClock::now() < next) {
                timer_changed_.wait_until(lock, stop, next, [] { return false; });
                continue;
            }
            lock.unlock();
            const auto now = SteadyClock::now();
            fail_all([&](const Pending& pending) { return pending.deadline <= now; },
                     {Errc::timeout, "NATS did not answer within " + std::to_string(options_.ack_timeout.count()) +
                                         " ms; whether the message is stored is unknown"});
            lock.lock();
        }
    }

    Connection::Impl& connection_;
    const PublisherOptions options_;
    const std::string inbox_;

    mutable std::mutex mutex_;
    std::condition_variable room_;  // pending_ has shrunk, or the end has come
    std::condition_variable_any timer_changed_;  // pending_ is no longer empty
    PendingMap pending_;  // under mutex_, as all below
    std::size_t pending_bytes_ = 0;
    std::uint64_t last_number_ = 0;
    std::uint64_t lost_generation_ = 0;

    Listener listener_;  // after what its calls touch
    std::jthread timer_;  // last: joined first
};

Publisher::Publisher(Connection& connection, PublisherOptions options) : impl_(std::make_unique<Impl>(connection.impl(), options)) {}
Publisher::~Publisher() { impl_->shut_down(); }

void Publisher::publish_async(std::string_view subject, const Headers& headers, std::string_view payload, Done done) {
    impl_->publish(subject, headers, payload, std::move(done));
}

Result<PubAck> Publisher::publish(std::string_view subject, const Headers& headers, std::string_view payload) {
    std::mutex mutex;
    std::condition_variable answered;
    Result<PubAck> outcome;
    bool done = false;
    impl_->publish(subject, headers, payload, [&](Result<PubAck> result) {
        const std::lock_guard lock(mutex);
        outcome = std::move(result);
        done = true;
        answered.notify_one();  // under the lock: all of this is gone once the waiter has it
    });
    std::unique_lock lock(mutex);
    answered.wait(lock, [&] { return done; });
    return outcome;
}

std::size_t Publisher::pending_messages() const noexcept { return impl_->pending_messages(); }
std::size_t Publisher::pending_bytes() const noexcept { return impl_->pending_bytes(); }
Result<void> Publisher::flush(SteadyClock::time_point deadline) { return impl_->flush(deadline); }

}  // namespace logchute::bus
