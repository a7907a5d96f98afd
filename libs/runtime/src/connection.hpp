// One connection of a client: its requests, one after the other. Included by http_server.cpp alone.
//
// A request goes through read_head -> admit -> read_body -> handle -> send_response (or send_events) -> settle. Each of the first four may end it early with
// a refusal, which is sent like any other response. Everything runs on the network thread but the handler and streamed bodies, which have
// the connection to themselves while they run on a worker; the network thread then only ever shuts the socket down.
//
// Each co_await here is a statement or an initialiser of its own. GCC 12 compiles some inside conditions and co_return into traps.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <memory>
#include <utility>

#include "body_streams.hpp"
#include "logchute/runtime/logging.hpp"
#include "response_head.hpp"
#include "server_context.hpp"
#include "timed_socket.hpp"

namespace logchute::http {

class Connection {
public:
    Connection(ServerContext& context, Socket socket) : context_(context), socket_(std::move(socket)) {}

    /// Serves requests until the client has had enough, or we have.
    Awaitable<> run();
    /// Answers 503 without reading a request: there are too many connections.
    Awaitable<> turn_away();

    /// Ends what the connection waits for, where that has taken too long.
    void check_deadline(SteadyClock::time_point now) { socket_.check_deadline(now); }
    /// No further requests: an idle connection ends at once, a running request is the last one.
    void begin_stop() {
        socket_.hurry();
        stop_events();
        if (is_idle_) socket_.cut();
    }
    /// Ends it in the middle of whatever it does. A handler that runs notices with its next read or write of a body.
    void cut() { socket_.cut(); }

private:
    static constexpr std::uint64_t kDrainMax = kReadBytes;  // of an unread body, to keep the connection for it
    static constexpr std::size_t kShownPathMax = 256;
    static constexpr std::size_t kHeadReadBytes = 4096;  // what an idle connection holds
    static constexpr std::size_t kBodyReserve = 2U << 20;  // a Content-Length is believed up to here before its bytes are seen
    static constexpr std::size_t kEventBytes = 16 * 1024;  // put together for one write
    static constexpr int kEventBytesUnsent = 128 * 1024;  // in the kernel; more would only make events old
    static constexpr std::size_t kChunkDigits = 8;
    static constexpr std::string_view kLastEventChunk = "0\r\n\r\n";
    static constexpr const char* kTooManyStreams = "Too many bodies are being streamed already. Try again in a moment.";

    using Refusal = std::optional<Response>;
    struct EventWait;

    Awaitable<bool> serve_one();
    Awaitable<Refusal> read_head();
    [[nodiscard]] Refusal parse_head();
    [[nodiscard]] Refusal admit();
    [[nodiscard]] Refusal check_framing();
    [[nodiscard]] Refusal find_route();
    Awaitable<Refusal> read_body();
    Awaitable<Refusal> read_sized_body();
    Awaitable<Refusal> read_chunked_body();
    [[nodiscard]] Refusal charge(std::size_t bytes);
    Awaitable<> handle();
    void run_handler() noexcept;
    void stream_response() noexcept;
    Awaitable<> send_response();
    Awaitable<> send_events();
    Awaitable<bool> pass_on(EventQueue& events);
    Awaitable<bool> wait_for_event(SteadyClock::time_point until);
    [[nodiscard]] std::size_t begin_event_bytes(std::string& out) const;
    void end_event_bytes(std::string& out, std::size_t begin);
    void stop_events();
    Awaitable<bool> settle();

    /// Runs `work` on a worker thread; false, without running it, where too many wait for one. `work` must not throw.
    template <class Work>
    Awaitable<bool> on_worker(Work work);

    [[nodiscard]] Response refuse(Rejection rejection, int status, std::string detail);
    [[nodiscard]] Response refuse_body(std::uint64_t size);
    [[nodiscard]] Refusal lost_body();
    void begin_request();
    void end_request();
    void name_request();
    [[nodiscard]] bool may_keep_alive() const;
    [[nodiscard]] bool has_stream() const noexcept { return std::holds_alternative<BodyStream>(response_.body); }
    [[nodiscard]] bool has_events() const noexcept {
        return std::holds_alternative<EventStream>(response_.body) && request_.method != Method::head;
    }
    [[nodiscard]] BlockingSocket blocking_socket() { return {socket_.descriptor(), context_.options.io_timeout}; }

    ServerContext& context_;
    TimedSocket socket_;
    beast::flat_buffer buffer_;  // received and not used yet
    bool is_idle_ = true;  // waits for the first byte of a request

    // Of the request at hand.
    Request request_;
    std::unique_ptr<RequestParser> parser_;
    Response response_;
    const Route* route_ = nullptr;
    StreamSlot slot_;
    SteadyClock::time_point begun_;
    std::size_t head_bytes_ = 0;
    std::size_t charged_ = 0;  // to context_.buffered_bytes
    std::uint64_t received_ = 0;  // of its body
    std::uint64_t sent_ = 0;  // of the response's body
    bool wants_continue_ = false;  // the client sends its body only once it is told to
    bool is_lost_ = false;  // nobody is there to answer
    bool keeps_alive_ = true;
    bool is_streamed_ = false;  // the response has been sent by stream_response()
    bool is_broken_ = false;  // and has failed halfway
    bool is_chunked_ = false;  // of events
    std::shared_ptr<EventWait> event_wait_;  // null but while events are sent
};

// The requests of one connection -----------------------------------------------------------------------------------------------------

inline Awaitable<> Connection::run() {
    bool has_more = true;
    while (has_more) has_more = co_await serve_one();
}

inline Awaitable<> Connection::turn_away() {
    begin_request();
    keeps_alive_ = false;
    response_ = refuse(Rejection::connections, 503, "There are too many connections already. Try again in a moment.");
    name_request();
    is_idle_ = false;
    co_await send_response();
    co_await socket_.linger(context_.discarded);
}

inline Awaitable<bool> Connection::serve_one() {
    begin_request();
    Refusal refusal = co_await read_head();
    if (is_lost_) co_return false;

    context_.metrics.request_begun();
    begun_ = SteadyClock::now();
    name_request();
    if (!refusal) refusal = admit();
    if (!refusal && !route_->options.streams_body) refusal = co_await read_body();
    if (!is_lost_) {
        if (refusal) {
            response_ = *std::move(refusal);
        } else {
            co_await handle();
        }
        if (has_events()) {
            co_await send_events();
        } else {
            co_await send_response();
        }
    }
    end_request();
    if (is_lost_) co_return false;
    const bool has_more = co_await settle();
    co_return has_more;
}

inline void Connection::begin_request() {
    if (buffer_.size() == 0 && buffer_.capacity() > kReadBytes) buffer_ = {};
    request_ = {};
    request_.remote = socket_.remote();
    parser_ = std::make_unique<RequestParser>(request_, context_.options.header_bytes_max + kHeadReadBytes);
    response_ = {};
    route_ = nullptr;
    head_bytes_ = 0;
    received_ = 0;
    sent_ = 0;
    wants_continue_ = false;
    keeps_alive_ = true;
    is_streamed_ = false;
}

inline void Connection::end_request() {
    context_.metrics.body_received(received_);
    if (is_lost_) {
        context_.metrics.request_abandoned();
    } else {
        context_.metrics.request_done({request_, route_, response_.status, sent_, SteadyClock::now() - begun_});
    }
    request_.body = {};
    response_.body = std::string{};
    context_.buffered_bytes -= std::exchange(charged_, 0);
    slot_ = {};
}

inline void Connection::name_request() {
    const std::string_view given = request_.header("X-Request-Id");
    request_.id = is_sane_request_id(given) ? std::string(given) : make_request_id();
}

inline Response Connection::refuse(Rejection rejection, int status, std::string detail) {
    context_.metrics.rejected(rejection);
    Problem problem;
    problem.status = status;
    problem.detail = std::move(detail);
    return Response::problem(std::move(problem));
}

// The handler ------------------------------------------------------------------------------------------------------------------------

inline Awaitable<> Connection::handle() {
    const bool streams = route_->options.streams_body;
    if (streams) slot_ = StreamSlot(context_);
    if (streams && !slot_) {
        response_ = refuse(Rejection::streams, 503, kTooManyStreams);
        co_return;
    }
    bool ran = true;
    if (route_->options.is_quick && !streams) {
        run_handler();
        if (has_stream()) ran = co_await on_worker([this]() noexcept { stream_response(); });
    } else {
        ran = co_await on_worker([this]() noexcept {
            run_handler();
            if (has_stream()) stream_response();
        });
    }
    if (!ran) response_ = refuse(Rejection::queue, 503, "Too many requests wait already. Try again in a moment.");
}

inline void Connection::run_handler() noexcept {
    std::optional<RequestBody> body;
    if (route_->options.streams_body) request_.reader = &body.emplace(blocking_socket(), *parser_, buffer_, wants_continue_);
    std::string failure;
    try {
        response_ = route_->handler(request_);
        if (auto checked = check_headers(response_); !checked) failure = checked.error().detail;
    } catch (const std::exception& error) {
        failure = error.what();
    } catch (...) {
        failure = "an exception of unknown type";
    }
    request_.reader = nullptr;
    if (body) received_ = body->received();
    if (failure.empty()) return;
    runtime::log_error("a handler failed", {{"route", route_->pattern}, {"error", failure}, {"request_id", request_.id}});
    Problem problem;
    problem.status = 500;
    problem.detail = "Something went wrong in here. Look for the request's id, " + request_.id + ", in the service's log.";
    response_ = Response::problem(std::move(problem));
}

// On a worker. Where nothing has gone out yet, a failure becomes an ordinary response.
inline void Connection::stream_response() noexcept {
    if (request_.method == Method::head) return;
    if (!slot_) slot_ = StreamSlot(context_);
    if (!slot_) {
        response_ = refuse(Rejection::streams, 503, kTooManyStreams);
        return;
    }
    const bool is_chunked = parser_->minor_version() > 0;
    keeps_alive_ = is_chunked && may_keep_alive();
    const HeadOptions head{.framing = is_chunked ? Framing::chunked : Framing::close,
                           .content_length = 0,
                           .keep_alive = keeps_alive_,
                           .minor_version = parser_->minor_version(),
                           .request_id = request_.id};
    ResponseBody body(blocking_socket(), format_head(response_, head), is_chunked);
    Result<void> written;
    try {
        written = std::get<BodyStream>(response_.body)(body);
        if (written) written = body.finish();
    } catch (const std::exception& error) {
        written = fail(Errc::failed, error.what());
    } catch (...) {
        written = fail(Errc::failed, "an exception of unknown type");
    }
    is_streamed_ = body.has_begun();
    sent_ = body.sent();
    if (written) return;
    if (!is_streamed_) {
        response_ = Response::error(written.error());
        return;
    }
    keeps_alive_ = false;
    is_broken_ = true;
    if (written.error().code == Errc::closed) return;  // clients may leave
    runtime::log_warn("a streamed response was cut off",
                      {{"route", route_->pattern}, {"error", written.error().detail}, {"request_id", request_.id}});
}

template <class Work>
Awaitable<bool> Connection::on_worker(Work work) {
    // The network thread alone submits, so that there is still room below.
    if (!context_.workers.has_room()) co_return false;
    WorkerPool& workers = context_.workers;
    co_await asio::async_initiate<const asio::use_awaitable_t<Executor>&, void()>(
        [&workers, work](auto resume) {
            WorkerPool::Job job = [work, resume = std::move(resume)]() mutable {
                work();
                asio::post(std::move(resume));
            };
            if (!workers.submit(job)) job();  // never so, but dropping it would leave this coroutine waiting for ever
        },
        kAwait);
    co_return true;
}

// The response -----------------------------------------------------------------------------------------------------------------------

inline Awaitable<> Connection::send_response() {
    if (is_streamed_) co_return;
    keeps_alive_ = may_keep_alive();
    const bool has_no_body = response_.status == 204 || response_.status == 304;
    const auto* body = std::get_if<std::string>(&response_.body);
    // A stream comes here for HEAD alone, which has all of GET's headers.
    const Framing of_body = body != nullptr ? Framing::length : parser_->minor_version() > 0 ? Framing::chunked : Framing::none;
    const HeadOptions options{.framing = has_no_body ? Framing::none : of_body,
                              .content_length = body != nullptr ? body->size() : 0,
                              .keep_alive = keeps_alive_,
                              .minor_version = parser_->minor_version(),
                              .request_id = request_.id};
    const std::string head = format_head(response_, options);
    const bool sends_body = body != nullptr && !has_no_body && request_.method != Method::head;
    const std::string_view content = sends_body ? std::string_view(*body) : std::string_view{};
    const bool sent = co_await socket_.send(head, content, context_.options.io_timeout);
    if (!sent) {
        keeps_alive_ = false;
        is_broken_ = true;
    }
    sent_ = content.size();
}

inline bool Connection::may_keep_alive() const {
    if (!keeps_alive_ || !parser_->wants_keep_alive() || context_.stopping) return false;
    // The rest of a body has to be read before the next request, which is worth it for a short one.
    return parser_->body_done() || (!parser_->is_chunked() && parser_->remaining() <= kDrainMax && !wants_continue_);
}

// Gets the connection ready for the next request; false where there is none.
inline Awaitable<bool> Connection::settle() {
    if (is_broken_) {
        socket_.reset();  // a plain end would look like the end of a body without a length
        co_return false;
    }
    while (keeps_alive_ && !parser_->body_done()) {
        std::size_t n = 0;
        const std::span<char> rest(context_.discarded);
        if (parser_->decode(buffer_, rest, n) == RequestParser::Step::done) continue;
        const auto wanted = std::min<std::uint64_t>(rest.size(), parser_->remaining());
        n = co_await socket_.receive(rest.first(static_cast<std::size_t>(wanted)), context_.options.io_timeout);
        if (n == 0) co_return false;
        parser_->skip_body(n);
    }
    if (keeps_alive_) co_return true;
    co_await socket_.linger(context_.discarded);
    co_return false;
}

}  // namespace logchute::http
