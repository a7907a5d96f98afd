// The one translation unit that sees Boost.Beast and Asio: the listener, the set of connections, and how they all end.
#include "logchute/runtime/http_server.hpp"

#include <sys/resource.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_set>

#include "connection.hpp"
#include "connection_events.hpp"
#include "connection_intake.hpp"
#include "logchute/runtime/logging.hpp"
#include "server_context.hpp"

namespace logchute::http {
namespace {

using tcp = asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
using Timer = asio::basic_waitable_timer<SteadyClock, asio::wait_traits<SteadyClock>, Executor>;

// Connections beyond the maximum that are still told so; beyond these they are just closed.
constexpr std::size_t kTurnedAwayMax = 256;
// Files, databases, the bus: generous.
constexpr std::size_t kOtherDescriptors = 512;
// Where the process is out of file descriptors, accepting again at once would only burn a core.
constexpr std::chrono::milliseconds kAcceptPause{100};

[[noreturn]] void cannot_listen(const ServerOptions& options, std::string_view why) {
    throw std::runtime_error("cannot listen on " + options.host + ":" + std::to_string(options.port) + ": " + std::string(why));
}

tcp::endpoint endpoint_of(asio::io_context& io, const ServerOptions& options) {
    error_code error;
    const auto address = asio::ip::make_address(options.host, error);
    if (!error) return {address, options.port};
    tcp::resolver resolver(io);
    const auto found = resolver.resolve(options.host, std::to_string(options.port), tcp::resolver::passive, error);
    if (error || found.empty())
        cannot_listen(options, "the host is neither an address of this machine nor a name of one; set another host");
    return found.begin()->endpoint();
}

Acceptor listen(asio::io_context& io, const ServerOptions& options) {
    const tcp::endpoint endpoint = endpoint_of(io, options);
    Acceptor acceptor(io.get_executor());
    error_code error;
    (void)acceptor.open(endpoint.protocol(), error);
    if (!error) (void)acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) (void)acceptor.bind(endpoint, error);
    if (!error) (void)acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error == asio::error::address_in_use) cannot_listen(options, "the port is in use; stop what uses it, or set another port");
    if (error) cannot_listen(options, error.message() + "; set another host or port");
    return acceptor;
}

// Many systems give a process 1024 descriptors unless it asks for more, which a thousand readers of a live stream would use up.
void make_room_for(std::size_t connections) {
    rlimit limit{};
    const rlim_t wanted = connections + kTurnedAwayMax + kOtherDescriptors;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
    limit.rlim_cur = std::min(limit.rlim_max, wanted);
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
        runtime::log_warn("the limit of open files is below what all connections need",
                          {{"limit", std::to_string(limit.rlim_cur)}, {"wanted", std::to_string(wanted)}});
}

// How often deadlines are looked at: often enough that the shortest is kept to about a quarter of itself.
std::chrono::milliseconds sweep_interval(const ServerOptions& options) {
    const auto shortest = std::min({options.header_timeout, options.idle_timeout, options.io_timeout}) / 4;
    return std::clamp(shortest, std::chrono::milliseconds{5}, std::chrono::milliseconds{250});
}

}  // namespace

// Invariant: a coroutine of a connection ends before io_ does, because stop() waits for all of them; nothing is ever destroyed suspended.
class Server::Impl {
public:
    Impl(Router router, ServerOptions options, runtime::Metrics& metrics)
        : context_(std::move(router), std::move(options), metrics),
          acceptor_(listen(io_, context_.options)),
          port_(acceptor_.local_endpoint().port()),
          sweep_timer_(io_.get_executor()),
          pause_timer_(io_.get_executor()),
          work_(asio::make_work_guard(io_)) {
        make_room_for(context_.options.connections_max);
        spawn(accept_all());
        spawn(sweep());
        thread_ = std::jthread([this] { run(); });
    }

    ~Impl() { stop(SteadyClock::now()); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    void stop(SteadyClock::time_point deadline) {
        const std::lock_guard lock(stop_mutex_);
        if (!thread_.joinable()) return;
        auto all_ended = all_ended_.get_future();
        asio::post(io_, [this] { begin_stop(); });
        if (all_ended.wait_until(deadline) != std::future_status::ready) {
            asio::post(io_, [this] { cut_all(); });
            all_ended.wait();
        }
        work_.reset();
        thread_.join();
    }

private:
    void run() noexcept {
        for (;;) {
            try {
                io_.run();
                return;
            } catch (const std::exception& error) {
                runtime::log_error("the HTTP server's network thread went on after an error", {{"error", error.what()}});
            }
        }
    }

    void spawn(Awaitable<> coroutine) {
        asio::co_spawn(io_.get_executor(), std::move(coroutine), [](const std::exception_ptr& failure) { log_failure(failure); });
    }

    static void log_failure(const std::exception_ptr& failure) {
        if (!failure) return;
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            runtime::log_error("an HTTP connection ended with an error", {{"error", error.what()}});
        }
    }

    Awaitable<> accept_all() {
        while (acceptor_.is_open()) {
            error_code error;
            Socket socket = co_await acceptor_.async_accept(asio::redirect_error(kAwait, error));
            if (!error) {
                start(std::move(socket));
            } else if (error == asio::error::no_descriptors || error == asio::error::no_buffer_space || error == asio::error::no_memory) {
                runtime::log_warn("cannot take a connection", {{"error", error.message()}});
                pause_timer_.expires_after(kAcceptPause);
                co_await pause_timer_.async_wait(asio::redirect_error(kAwait, error));
            }
        }
    }

    void start(Socket socket) {
        const std::size_t open = connections_.size();
        if (context_.stopping || open >= context_.options.connections_max + kTurnedAwayMax) return;
        auto connection = std::make_shared<Connection>(context_, std::move(socket));
        connections_.insert(connection.get());
        context_.metrics.connection_opened();
        auto coroutine = open < context_.options.connections_max ? connection->run() : connection->turn_away();
        asio::co_spawn(io_.get_executor(), std::move(coroutine), [this, connection](const std::exception_ptr& failure) {
            log_failure(failure);
            connections_.erase(connection.get());
            context_.metrics.connection_closed();
            note_if_all_ended();
        });
    }

    // One timer for all connections: a timer of its own for each read and write costs more than the read.
    Awaitable<> sweep() {
        const auto interval = sweep_interval(context_.options);
        while (!has_ended_) {
            error_code error;
            sweep_timer_.expires_after(interval);
            co_await sweep_timer_.async_wait(asio::redirect_error(kAwait, error));
            const auto now = SteadyClock::now();
            for (Connection* connection : connections_) connection->check_deadline(now);
        }
    }

    void begin_stop() {
        context_.stopping = true;
        error_code ignored;
        (void)acceptor_.close(ignored);
        pause_timer_.cancel();
        for (Connection* connection : connections_) connection->begin_stop();
        note_if_all_ended();
    }

    void cut_all() {
        for (Connection* connection : connections_) connection->cut();
    }

    void note_if_all_ended() {
        if (!context_.stopping || !connections_.empty() || has_ended_) return;
        has_ended_ = true;
        sweep_timer_.cancel();
        all_ended_.set_value();
    }

    asio::io_context io_{1};
    ServerContext context_;

    // The network thread's.
    Acceptor acceptor_;
    const std::uint16_t port_;
    std::unordered_set<Connection*> connections_;
    Timer sweep_timer_;
    Timer pause_timer_;
    bool has_ended_ = false;

    asio::executor_work_guard<Executor> work_;
    std::promise<void> all_ended_;
    std::mutex stop_mutex_;
    std::jthread thread_;  // last: it uses all of the above; stop() has joined it before they go
};

Server::Server(Router router, ServerOptions options, runtime::Metrics& metrics)
    : impl_(std::make_unique<Impl>(std::move(router), std::move(options), metrics)) {}

Server::~Server() = default;

std::uint16_t Server::port() const noexcept { return impl_->port(); }

void Server::stop(std::chrono::steady_clock::time_point deadline) { impl_->stop(deadline); }

}  // namespace logchute::http
