#include <charconv>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "connection_impl.hpp"
#include "headers.hpp"
#include "listener.hpp"
#include "logchute/bus/request.hpp"
#include "reply.hpp"

namespace logchute::bus {
namespace {

constexpr milliseconds kDrainTimeout{1'000};  // for requests already on their way to us when we stop

/// When the caller stops waiting; never, where it did not say.
SteadyClock::time_point give_up_time(natsMsg& message) {
    const auto text = header_of(message, kPatienceHeader);
    std::uint32_t ms = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
    if (error != std::errc{} || end != text.data() + text.size()) return SteadyClock::time_point::max();
    return SteadyClock::now() + milliseconds(ms);
}

}  // namespace

class Responder::Impl {
public:
    Impl(Connection::Impl& connection, const std::string& queue, std::vector<Route> routes, ResponderOptions options)
        : connection_(connection), options_(options) {
        for (std::size_t i = 0; i < options.threads; ++i) workers_.emplace_back([this] { work(); });
        for (Route& route : routes) doors_.push_back(std::make_unique<Door>(*this, queue, std::move(route)));
    }

    ~Impl() {
        for (const auto& door : doors_) door->drain();
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        changed_.notify_all();
        workers_.clear();  // joins; what they run belongs to the doors
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

private:
    struct Job {
        MsgPtr request;
        const RequestHandler* handler;
        SteadyClock::time_point give_up;
    };

    /// One route: what comes in goes to the queue, or back with Errc::full.
    class Door final : private ListenerClient {
    public:
        Door(Impl& house, const std::string& queue, Route route)
            : house_(house), handler_(std::move(route.handler)), listener_(house.connection_, std::move(route.subject), queue, *this) {}
        void drain() { listener_.drain(kDrainTimeout); }

    private:
        void on_message(MsgPtr message) noexcept override { house_.enqueue(std::move(message), handler_); }

        Impl& house_;
        const RequestHandler handler_;
        Listener listener_;  // last: calls end before what they use is gone
    };

    void enqueue(MsgPtr request, const RequestHandler& handler) {
        if (natsMsg_GetReply(request.get()) == nullptr) return;  // nobody to answer
        const auto give_up = give_up_time(*request);
        {
            std::unique_lock lock(mutex_);
            if (waiting_.size() >= options_.waiting_max) {
                lock.unlock();
                return refuse(*request,
                              {Errc::full, std::to_string(options_.waiting_max) + " requests are waiting already; try again later"});
            }
            waiting_.push_back({std::move(request), &handler, give_up});
        }
        changed_.notify_one();
    }

    std::optional<Job> next() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return std::nullopt;
        Job job = std::move(waiting_.front());
        waiting_.pop_front();
        if (!stopping_) return job;
        lock.unlock();
        refuse(*job.request, {Errc::unavailable, "this replica is stopping; try again"});
        return Job{};
    }

    void work() {
        while (auto job = next())
            if (job->request && SteadyClock::now() < job->give_up) answer(*job->request, *job->handler);
    }

    void answer(natsMsg& request, const RequestHandler& handler) {
        PieceWriter writer(connection_, natsMsg_GetReply(&request));
        const auto done = run(handler, payload_of(request), writer);
        // A caller that hears nothing, because we are cut off from it, has its own timeout.
        (void)(done ? writer.finish() : writer.finish(done.error()));
    }

    static Result<void> run(const RequestHandler& handler, std::string_view request, ReplyWriter& writer) {
        try {
            return handler(request, writer);
        } catch (const std::exception& trouble) {
            return fail(Errc::failed, std::string("the handler failed: ") + trouble.what());
        } catch (...) {
            return fail(Errc::failed, "the handler failed");
        }
    }

    void refuse(natsMsg& request, const Error& error) { (void)PieceWriter(connection_, natsMsg_GetReply(&request)).finish(error); }

    Connection::Impl& connection_;
    const ResponderOptions options_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Job> waiting_;  // under mutex_; the doors push, the workers pop; full: refused
    bool stopping_ = false;    // under mutex_

    std::vector<std::unique_ptr<Door>> doors_;
    std::vector<std::jthread> workers_;  // last: joined first
};

Responder::Responder(Connection& connection, const std::string& queue, std::vector<Route> routes, ResponderOptions options)
    : impl_(std::make_unique<Impl>(connection.impl(), queue, std::move(routes), options)) {}
Responder::~Responder() = default;

}  // namespace logchute::bus
