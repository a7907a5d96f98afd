// A server on a free port with the routes that the tests of http_server need.
#pragma once

#include <atomic>
#include <chrono>
#include <latch>
#include <semaphore>
#include <stdexcept>
#include <string>

#include "logchute/runtime/http_server.hpp"
#include "raw_client.hpp"

namespace logchute::test {

using namespace std::chrono_literals;

inline http::ServerOptions quick_options() {
    http::ServerOptions options;
    options.workers = 4;
    return options;
}

/// Routes:
///   GET  /hello, /quick            "hello"
///   GET  /items/{id}               the id
///   POST /echo                     the body, up to 1 MiB
///   POST /size                     the body's size, up to 64 MiB
///   POST /stream-size              the same, streamed
///   POST /stream-late              the same, read once `go` is released; `entered` tells that it runs, and that it has ended
///   POST /stream-refuse            415 without reading
///   GET  /stream?pieces=N          N pieces of 1000 bytes; N < 0: fails after -N
///   GET  /wait                     "waited" once `go` is released; `entered` tells that it runs
///   GET  /throws, /bad-header      go wrong
class TestServer {
public:
    explicit TestServer(http::ServerOptions options = quick_options()) : server_(routes(), std::move(options), metrics_) {}
    ~TestServer() {
        go.release(64);  // whoever still waits
    }

    [[nodiscard]] std::uint16_t port() const { return server_.port(); }
    [[nodiscard]] RawClient connect() const { return RawClient(port()); }
    /// One request on a connection of its own.
    RawReply ask(std::string_view bytes) const {
        RawClient client(port());
        return client.ask(bytes);
    }
    RawReply get(const std::string& target) const { return ask("GET " + target + " HTTP/1.1\r\nHost: t\r\n\r\n"); }
    void stop(std::chrono::milliseconds patience) { server_.stop(std::chrono::steady_clock::now() + patience); }
    [[nodiscard]] runtime::Metrics& metrics() { return metrics_; }

    std::counting_semaphore<> go{0};
    std::counting_semaphore<> entered{0};
    std::atomic<int> handled{0};  ///< Calls of /echo, /size.
    std::atomic<std::size_t> streamed{0};  ///< Bytes that /stream-late has read.

private:
    http::Router routes() {
        using http::Request;
        using http::Response;
        http::Router router;
        router.get("/hello", [](Request&) { return Response::text("hello"); });
        router.get("/quick", [](Request&) { return Response::text("hello"); }, {.is_quick = true});
        router.get("/items/{id}", [](Request& request) { return Response::text(std::string(request.param("id"))); });
        router.add(http::Method::del, "/items/{id}", [](Request&) { return Response{204, {}, {}}; });
        router.post("/echo", [this](Request& request) {
            ++handled;
            return Response::text(std::move(request.body));
        });
        router.post("/size",
                    [this](Request& request) {
                        ++handled;
                        return Response::text(std::to_string(request.body.size()));
                    },
                    {.body_bytes_max = 64U << 20});
        router.post("/stream-size",
                    [](Request& request) {
                        std::atomic<std::size_t> total{0};
                        return count_streamed(request, total);
                    },
                    {.streams_body = true});
        router.post("/stream-late",
                    [this](Request& request) {
                        entered.release();
                        go.acquire();
                        auto response = count_streamed(request, streamed);
                        entered.release();
                        return response;
                    },
                    {.streams_body = true});
        router.post("/stream-refuse", [](Request&) { return Response::problem({.status = 415, .detail = "Send something else."}); },
                    {.streams_body = true});
        router.get("/stream", &stream_pieces);
        router.get("/stream-quick", &stream_pieces, {.is_quick = true});
        router.get("/wait", [this](Request&) {
            entered.release();
            go.acquire();
            return Response::text("waited");
        });
        router.get("/throws", [](Request&) -> Response { throw std::runtime_error("as it was told to"); });
        router.get("/bad-header", [](Request&) { return Response::text("x").with("X-Split", "a\r\nSet-Cookie: b"); });
        return router;
    }

    static http::Response count_streamed(http::Request& request, std::atomic<std::size_t>& total) {
        std::string buffer(100'000, '\0');
        for (;;) {
            const auto n = request.reader->read(buffer);
            if (!n) return http::Response::error(n.error());
            if (*n == 0) return http::Response::text(std::to_string(total));
            total += *n;
        }
    }

    static http::Response stream_pieces(http::Request& request) {
        http::Parameters parameters(request);
        const auto pieces = parameters.integer("pieces", 10, -1'000'000, 1'000'000);
        if (auto problem = parameters.finish()) return http::Response::problem(std::move(*problem));
        http::Response response{200, {{"Content-Type", "text/plain"}}, {}};
        response.body = [pieces](http::BodyWriter& out) -> Result<void> {
            const std::string piece(1000, 'p');
            for (std::int64_t i = 0; i < std::abs(pieces); ++i) {
                if (auto written = out.write(piece); !written) return written;
            }
            if (pieces < 0) return fail(Errc::unavailable, "The store went away in the middle.");
            return {};
        };
        return response;
    }

    runtime::Metrics metrics_;
    http::Server server_;  // last: its handlers use all of the above
};

}  // namespace logchute::test
