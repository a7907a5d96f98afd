// The HTTP server over loopback, with clients that do nothing but send and wait: bodies in bytes a second, requests a second.
#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <string>
#include <string_view>

#include "logchute/runtime/http_server.hpp"

using namespace logchute;

namespace {

constexpr std::size_t kBodyBytes = 1'250'000;

http::Router routes() {
    http::Router router;
    router.get("/quick", [](http::Request&) { return http::Response::text("ok"); }, {.is_quick = true});
    router.get("/worker", [](http::Request&) { return http::Response::text("ok"); });
    router.post("/whole", [](http::Request& request) { return http::Response::text(std::to_string(request.body.size())); },
                {.body_bytes_max = 64U << 20});
    router.post("/streamed",
                [](http::Request& request) {
                    std::string buffer(256 * 1024, '\0');
                    std::size_t total = 0;
                    for (;;) {
                        const auto n = request.reader->read(buffer);
                        if (!n || *n == 0) return http::Response::text(std::to_string(total));
                        total += *n;
                    }
                },
                {.streams_body = true});
    router.get("/download", [](http::Request&) {
        http::Response response{200, {}, {}};
        response.body = [](http::BodyWriter& out) -> Result<void> {
            const std::string line(250, 'x');
            for (std::size_t i = 0; i < kBodyBytes / line.size(); ++i) {
                if (auto written = out.write(line); !written) return written;
            }
            return {};
        };
        return response;
    });
    return router;
}

http::Server& server() {
    static runtime::Metrics metrics;
    static http::Server running(routes(), {.workers = 8}, metrics);
    return running;
}

// A client that trusts the server: an answer is what ends as it is told.
class Client {
public:
    explicit Client(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int on = 1;
        ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
    }
    ~Client() { ::close(descriptor_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void ask(std::string_view request, std::string_view end) {
        while (!request.empty()) {
            const auto n = ::send(descriptor_, request.data(), request.size(), MSG_NOSIGNAL);
            if (n <= 0) std::abort();
            request.remove_prefix(static_cast<std::size_t>(n));
        }
        std::size_t kept = 0;
        for (;;) {
            const auto n = ::recv(descriptor_, buffer_.data() + kept, buffer_.size() - kept, 0);
            if (n <= 0) std::abort();
            const std::string_view text(buffer_.data(), kept + static_cast<std::size_t>(n));
            if (text.ends_with(end)) return;
            kept = std::min(end.size(), text.size());
            std::copy(text.end() - static_cast<std::ptrdiff_t>(kept), text.end(), buffer_.begin());
        }
    }

private:
    int descriptor_;
    std::array<char, 256 * 1024> buffer_;
};

void run(benchmark::State& state, const std::string& request, std::string_view end, std::size_t bytes) {
    Client client(server().port());
    for (auto _ : state) client.ask(request, end);
    state.SetItemsProcessed(state.iterations());
    if (bytes > 0) state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
}

void get(benchmark::State& state, const std::string& path) {
    run(state, "GET " + path + " HTTP/1.1\r\nHost: bench\r\n\r\n", "\r\n\r\nok", 0);
}

void post(benchmark::State& state, const std::string& path) {
    const std::string request = "POST " + path + " HTTP/1.1\r\nHost: bench\r\nContent-Length: " + std::to_string(kBodyBytes) + "\r\n\r\n" +
                                std::string(kBodyBytes, 'x');
    run(state, request, "\r\n\r\n1250000", kBodyBytes);
}

void get_quick(benchmark::State& state) { get(state, "/quick"); }
void get_from_worker(benchmark::State& state) { get(state, "/worker"); }
void post_whole_body(benchmark::State& state) { post(state, "/whole"); }
void post_streamed_body(benchmark::State& state) { post(state, "/streamed"); }
void download(benchmark::State& state) { run(state, "GET /download HTTP/1.1\r\nHost: bench\r\n\r\n", "\r\n0\r\n\r\n", kBodyBytes); }

}  // namespace

BENCHMARK(get_quick)->MeasureProcessCPUTime()->UseRealTime()->Threads(1)->Threads(2)->Threads(8);
BENCHMARK(get_from_worker)->MeasureProcessCPUTime()->UseRealTime()->Threads(1)->Threads(2)->Threads(8);
BENCHMARK(post_whole_body)->MeasureProcessCPUTime()->UseRealTime()->Threads(1)->Threads(2)->Threads(4);
BENCHMARK(post_streamed_body)->MeasureProcessCPUTime()->UseRealTime()->Threads(1)->Threads(2)->Threads(4);
BENCHMARK(download)->MeasureProcessCPUTime()->UseRealTime()->Threads(1)->Threads(2)->Threads(4);
