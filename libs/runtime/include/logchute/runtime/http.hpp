// HTTP as handlers see it: a request in, a response out. No socket and no Beast type in sight, so a handler is tested by calling it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "logchute/core/result.hpp"
#include "logchute/core/time.hpp"

namespace logchute::http {

enum class Method : std::uint8_t { get, head, post, put, del, options, other };
[[nodiscard]] std::string_view to_string(Method method) noexcept;

/// Compared without case.
struct Header {
    std::string name;
    std::string value;
};

/// The body of a request while it arrives. Blocks.
class BodyReader {
public:
    virtual ~BodyReader() = default;
    /// Fills up to buffer.size() bytes; 0 is the end. Errc::closed: the client broke off; timeout: it stalled; too_large: over the limit.
    [[nodiscard]] virtual Result<std::size_t> read(std::span<char> buffer) = 0;
};

class Request {
public:
    Method method = Method::get;
    std::string path;  ///< Percent-decoded, begins with '/', has no dot segments and no NUL.
    std::vector<std::pair<std::string, std::string>> query;  ///< Decoded, in order, '+' is a space.
    std::vector<std::pair<std::string, std::string>> params;  ///< Of the route: /logs/{id}.
    std::vector<Header> headers;
    std::string body;  ///< Whole, for routes that do not stream.
    BodyReader* reader = nullptr;  ///< For routes that stream; lives as long as the handler runs.
    std::string remote;  ///< Address of the client.
    std::string id;  ///< X-Request-Id: the client's where it is sane, else made here.

    /// The value of a header, or empty.
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
    /// How often a header is there.
    [[nodiscard]] std::size_t header_count(std::string_view name) const noexcept;
    /// The value of a route parameter; there is one for each {name} of the route.
    [[nodiscard]] std::string_view param(std::string_view name) const noexcept;
    /// The media type of Content-Type, lower-cased, without its parameters.
    [[nodiscard]] std::string media_type() const;
};

/// Where a streamed response goes. Small writes are put together. Blocks while the client is slow. Errc::closed: the client has gone, and
/// timeout: it has stopped reading; stop writing.
class BodyWriter {
public:
    virtual ~BodyWriter() = default;
    [[nodiscard]] virtual Result<void> write(std::string_view bytes) = 0;
};
/// Writes a whole streamed body, on a worker thread. A failure before anything was sent is answered as a problem; later it cuts the
/// connection, so that the client sees that the body is incomplete.
using BodyStream = std::function<Result<void>(BodyWriter&)>;

class EventQueue;
/// A body of server-sent events that goes on for as long as the client stays; see event_queue.hpp. Holds no worker.
using EventStream = std::shared_ptr<EventQueue>;

/// An error as RFC 9457 has it.
struct Problem {
    int status = 500;
    std::string detail;  ///< A sentence that says what to do.
    std::string parameter;  ///< Which parameter is wrong; left out where empty.
    std::optional<std::size_t> column;  ///< Where in the query, 1-based.
    std::string expected;
    std::optional<int> retry_after;  ///< Seconds, as header Retry-After; 429 and 503 get 1 where it is missing.
};

/// The one place where Errc becomes a status: invalid 400, not_found 404, too_large 413, conflict 409, full and unavailable 503, timeout 503,
/// closed 503, failed 500.
[[nodiscard]] Problem problem_of(const Error& error);

/// Content-Length, Transfer-Encoding, Connection, Date, Server and X-Request-Id are the server's to write; given here they are left out.
struct Response {
    int status = 200;
    std::vector<Header> headers;
    std::variant<std::string, BodyStream, EventStream> body;

    [[nodiscard]] static Response json(std::string body, int status = 200);
    [[nodiscard]] static Response text(std::string body, int status = 200);
    /// With the headers that keep caches and proxies from holding events back.
    [[nodiscard]] static Response events(EventStream events);
    [[nodiscard]] static Response problem(Problem problem);
    [[nodiscard]] static Response error(const Error& error);  ///< As problem_of().
    Response& with(std::string name, std::string value) &;
    Response&& with(std::string name, std::string value) &&;
};

using Handler = std::function<Response(Request&)>;

struct RouteOptions {
    std::size_t body_bytes_max = 1 << 20;  ///< 413 above; not looked at where the route streams.
    bool streams_body = false;  ///< The handler reads request.reader itself.
    bool is_quick = false;  ///< Never blocks: answered on the network thread, even when all workers are busy.
};

struct Route {
    Method method;
    std::string pattern;  ///< "/api/v1/logs/{id}/context"
    Handler handler;
    RouteOptions options;
};

/// The routes of a service. HEAD is answered by GET's handler. The more literal pattern wins: /logs/search before /logs/{id}; the method is
/// looked at after that, so a POST to /logs/search is a 405 even where /logs/{id} takes it.
/// Failures: add() throws std::logic_error for a pattern that is none, or one that is there already.
class Router {
public:
    void add(Method method, std::string pattern, Handler handler, RouteOptions options = {});
    void get(std::string pattern, Handler handler, RouteOptions options = {});
    void post(std::string pattern, Handler handler, RouteOptions options = {});

    struct Match {
        const Route* route = nullptr;  ///< Null: no route of that path and method.
        std::vector<std::pair<std::string, std::string>> params;
        std::string allow;  ///< The methods of that path, where the method is wrong: a 405.
    };
    [[nodiscard]] Match match(Method method, std::string_view path) const;
    [[nodiscard]] const std::vector<Route>& routes() const noexcept { return routes_; }

private:
    static std::string allow_header(std::vector<Method> methods);

    std::vector<Route> routes_;
    std::vector<std::vector<std::string>> segments_;  // of each route's pattern
};

/// Reads query parameters, each once, and remembers the first that is wrong. finish() also refuses what nobody asked for.
///     Parameters parameters(request);
///     const auto limit = parameters.integer("limit", 100, 1, 100'000);
///     if (auto problem = parameters.finish()) return Response::problem(std::move(*problem));
class Parameters {
public:
    explicit Parameters(const Request& request);
    [[nodiscard]] std::string text(std::string_view name, std::string_view fallback = "");
    [[nodiscard]] std::optional<std::string> optional(std::string_view name);
    [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t fallback, std::int64_t min, std::int64_t max);
    [[nodiscard]] bool boolean(std::string_view name, bool fallback);
    [[nodiscard]] std::string one_of(std::string_view name, std::string_view fallback, std::span<const std::string_view> allowed);
    /// `from` and `to`. A `from` that is not before `to` is refused. One before, or a `to` behind, all that a record can have is left open.
    [[nodiscard]] TimeRange range(Timestamp now);
    [[nodiscard]] std::optional<Timestamp> time(std::string_view name, Timestamp now);
    [[nodiscard]] nanoseconds duration(std::string_view name, nanoseconds fallback, nanoseconds min, nanoseconds max);
    /// Makes `name` the one that is wrong, where the handler itself finds out. The first one stays.
    void reject(std::string_view name, std::string detail);
    /// The problem, if any. Given twice, unknown, not UTF-8, or rejected: 400 with `parameter`.
    [[nodiscard]] std::optional<Problem> finish();

private:
    const std::string* take(std::string_view name);
    void refuse(std::string_view name, std::string_view expected);
    [[nodiscard]] std::string unknown(std::string_view name) const;

    const Request& request_;
    std::vector<std::string> known_;
    std::optional<Problem> problem_;
};

}  // namespace logchute::http
