// How a connection takes a request in: its head, what it is for, its body. Included by http_server.cpp alone.
#pragma once

#include "connection.hpp"
#include "request_target.hpp"
#include "unwritten.hpp"

namespace logchute::http {

// The head ---------------------------------------------------------------------------------------------------------------------------

inline Awaitable<Connection::Refusal> Connection::read_head() {
    is_idle_ = buffer_.size() == 0;
    auto must_end = SteadyClock::now() + (is_idle_ ? context_.options.idle_timeout : context_.options.header_timeout);
    for (;;) {
        if (!is_idle_) {
            Refusal refusal = parse_head();
            if (refusal || parser_->head_done()) co_return refusal;
        } else if (context_.stopping) {
            is_lost_ = true;
            co_return std::nullopt;
        }
        const auto space = buffer_.prepare(std::max(kHeadReadBytes, std::min(buffer_.size(), kReadBytes)));
        const auto patience = std::chrono::ceil<std::chrono::milliseconds>(must_end - SteadyClock::now());
        const std::size_t n = co_await socket_.receive({static_cast<char*>(space.data()), space.size()}, patience);
        buffer_.commit(n);
        if (n == 0) break;
        if (std::exchange(is_idle_, false)) must_end = SteadyClock::now() + context_.options.header_timeout;
    }
    if (!is_idle_ && socket_.has_timed_out()) {
        keeps_alive_ = false;
        co_return refuse(Rejection::timeout, 408, "The headers did not arrive in time. Send the request again, faster.");
    }
    is_lost_ = true;
    is_idle_ = false;
    co_return std::nullopt;
}

// Feeds the parser with what is there. Whoever sends too much is told before the end of it has come.
inline Connection::Refusal Connection::parse_head() {
    while (head_bytes_ == 0 && buffer_.size() >= 2 && std::memcmp(buffer_.cdata().data(), "\r\n", 2) == 0) buffer_.consume(2);

    const auto& options = context_.options;
    const std::size_t size = buffer_.size();
    const auto step = parser_->parse_head(buffer_);
    head_bytes_ += size - buffer_.size();

    const bool in_first_line = parser_->target().empty();
    const bool is_unending = step == RequestParser::Step::failed && parser_->error() == beast::http::error::header_limit;
    const std::size_t url_bytes = in_first_line ? buffer_.size() : parser_->target().size();
    const std::size_t head_bytes = head_bytes_ + (parser_->head_done() ? 0 : buffer_.size());
    if (url_bytes > options.url_bytes_max || (is_unending && in_first_line)) {
        keeps_alive_ = false;
        return refuse(Rejection::url, 414,
                      "The address is longer than " + std::to_string(options.url_bytes_max) + " bytes. Shorten it, or send it as a body.");
    }
    if (head_bytes > options.header_bytes_max || is_unending) {
        keeps_alive_ = false;
        return refuse(
            Rejection::headers, 431,
            "The headers are longer than " + std::to_string(options.header_bytes_max) + " bytes in all. Send fewer or shorter ones.");
    }
    if (step != RequestParser::Step::failed) return std::nullopt;
    keeps_alive_ = false;
    return refuse(Rejection::malformed, 400,
                  "This is not a request of HTTP/1.1: " + parser_->error().message() + ". Check what the client sends.");
}

inline Connection::Refusal Connection::admit() {
    if (auto refusal = check_framing()) return refusal;
    auto target = parse_target(parser_->target());
    if (!target) {
        request_.path = parser_->target();
        return refuse(Rejection::malformed, 400, target.error().detail);
    }
    request_.path = std::move(target->path);
    request_.query = std::move(target->query);

    if (const std::string_view expected = request_.header("Expect"); !expected.empty() && parser_->minor_version() > 0) {
        wants_continue_ = !parser_->body_done();
        if (!iequals(expected, "100-continue")) {
            return refuse(Rejection::malformed, 417, "The one expectation known here is 'Expect: 100-continue'. Leave the header out.");
        }
    }
    if (auto refusal = find_route()) return refusal;
    if (route_->options.streams_body || parser_->remaining() <= route_->options.body_bytes_max) return std::nullopt;
    return refuse_body(parser_->remaining());
}

// What two programs could understand differently is refused: the next request would begin at a place that the sender chose.
inline Connection::Refusal Connection::check_framing() {
    if (!parser_->has_known_framing()) {
        keeps_alive_ = false;
        return refuse(Rejection::malformed, 501,
                      "The one Transfer-Encoding known here is 'chunked', in HTTP/1.1. Send the body in that, or with its Content-Length.");
    }
    const int hosts = parser_->hosts();
    if (hosts > 1 || (hosts == 0 && parser_->minor_version() > 0)) {
        keeps_alive_ = false;
        return refuse(Rejection::malformed, 400, "A request of HTTP/1.1 has exactly one Host header. Send one.");
    }
    return std::nullopt;
}

inline Connection::Refusal Connection::find_route() {
    Problem problem;
    if (request_.path == "*" && request_.method == Method::options) return Response{204, {}, {}};
    auto match = context_.router.match(request_.method, request_.path);
    if (match.route != nullptr) {
        route_ = match.route;
        request_.params = std::move(match.params);
        return std::nullopt;
    }
    if (match.allow.empty()) {
        problem.status = 404;
        problem.detail =
            "There is nothing at " + request_.path.substr(0, kShownPathMax) + ". Check the path; docs/openapi.yaml lists all of them.";
        return Response::problem(std::move(problem));
    }
    if (request_.method == Method::options) return Response{204, {{"Allow", std::move(match.allow)}}, {}};
    problem.status = 405;
    problem.detail = "This path does not take the method. Use one of " + match.allow + ".";
    return Response::problem(std::move(problem)).with("Allow", std::move(match.allow));
}

// The body ---------------------------------------------------------------------------------------------------------------------------

inline Awaitable<Connection::Refusal> Connection::read_body() {
    if (parser_->body_done()) co_return std::nullopt;
    if (std::exchange(wants_continue_, false) && buffer_.size() == 0) {
        const bool sent = co_await socket_.send(kContinue, {}, context_.options.io_timeout);
        if (!sent) co_return lost_body();
    }
    Refusal refusal;
    if (parser_->is_chunked()) {
        refusal = co_await read_chunked_body();
    } else {
        refusal = co_await read_sized_body();
    }
    co_return refusal;
}

// Straight from the socket into the string, in pieces as large as the kernel has them.
inline Awaitable<Connection::Refusal> Connection::read_sized_body() {
    std::string& body = request_.body;
    const auto length = static_cast<std::size_t>(parser_->remaining());
    std::size_t size = 0;
    while (size < length) {
        if (size == body.size()) {
            const std::size_t room = std::min(length, std::max(kBodyReserve, 2 * size));
            resize_unwritten(body, room);
        }
        std::size_t n = 0;
        const std::span<char> space(body.data() + size, body.size() - size);
        if (parser_->decode(buffer_, space, n) == RequestParser::Step::need_more && n == 0) {
            n = co_await socket_.receive(space, context_.options.io_timeout);
            if (n == 0) co_return lost_body();
            parser_->skip_body(n);
        }
        size += n;
        if (auto refusal = charge(n)) co_return refusal;
    }
    co_return std::nullopt;
}

inline Awaitable<Connection::Refusal> Connection::read_chunked_body() {
    std::string& body = request_.body;
    const std::size_t limit = route_->options.body_bytes_max;
    std::size_t size = 0;
    while (!parser_->body_done()) {
        // One byte more than is allowed, so that a body of just that size is told from a larger one.
        const std::size_t room = std::min(std::max(2 * size, kReadBytes), limit + 1);
        if (size == body.size()) resize_unwritten(body, room);
        std::size_t n = 0;
        const auto step = parser_->decode(buffer_, {body.data() + size, body.size() - size}, n);
        size += n;
        if (auto refusal = charge(n)) co_return refusal;
        if (size > limit) co_return refuse_body(size);
        if (step == RequestParser::Step::failed || (n == 0 && buffer_.size() > kChunkHeaderMax)) {
            keeps_alive_ = false;
            const std::string why = parser_->error() ? parser_->error().message() : std::string("a chunk's header is too long");
            co_return refuse(Rejection::malformed, 400, broken_chunks(why).error().detail);
        }
        if (step != RequestParser::Step::need_more) continue;
        const auto space = buffer_.prepare(kReadBytes);
        const std::size_t received =
            co_await socket_.receive({static_cast<char*>(space.data()), space.size()}, context_.options.io_timeout);
        if (received == 0) co_return lost_body();
        buffer_.commit(received);
    }
    body.resize(size);
    co_return std::nullopt;
}

inline Connection::Refusal Connection::charge(std::size_t bytes) {
    charged_ += bytes;
    received_ += bytes;
    context_.buffered_bytes += bytes;
    if (context_.buffered_bytes <= context_.options.buffered_bytes_max) return std::nullopt;
    keeps_alive_ = false;
    return refuse(Rejection::memory, 503, "Too many bytes of other requests are held in memory. Try again in a moment.");
}

inline Response Connection::refuse_body(std::uint64_t size) {
    return refuse(Rejection::body, 413,
                  "The body is larger than the " + std::to_string(route_->options.body_bytes_max) + " bytes that this route takes (" +
                      std::to_string(size) + " so far or announced). Send it in smaller pieces.");
}

// The client has left in the middle of its body, which nobody will ever see, or has stalled.
inline Connection::Refusal Connection::lost_body() {
    keeps_alive_ = false;
    if (socket_.has_timed_out()) {
        return refuse(Rejection::timeout, 408, "The body stopped arriving. Send the request again, whole.");
    }
    context_.metrics.rejected(Rejection::broken_off);
    is_lost_ = true;
    return std::nullopt;
}

}  // namespace logchute::http
