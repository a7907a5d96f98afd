// The HTTP server: Boost.Beast behind the types of http.hpp.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "logchute/runtime/http.hpp"
#include "logchute/runtime/metrics.hpp"

namespace logchute::http {

struct ServerOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;                        ///< 0: any free one, see Server::port().
    std::size_t workers = 32;                      ///< Threads that run handlers; handlers may block.
    std::size_t queue_max = 1024;                  ///< Requests that wait for a worker; above it 503.
    /// Above it new ones are answered 503 and closed. The process's soft limit of open files is raised to fit, where the hard one allows.
    std::size_t connections_max = 4096;
    std::size_t url_bytes_max = 64 * 1024;  ///< 414 above; a search may be long.
    std::size_t header_bytes_max = 96 * 1024;  ///< 431 above, the URL included.
    std::size_t buffered_bytes_max = 256U << 20;  ///< Bodies held in memory at once, over all connections; above it 503.
    /// Where they are counted. Others may count there too what they hold beside the bodies, so that the limit is that of all. Null: a count of
    /// the server's own.
    std::shared_ptr<std::atomic<std::size_t>> buffered_bytes;
    std::chrono::milliseconds header_timeout{10'000};  ///< From the first byte of a request to the end of its headers.
    std::chrono::milliseconds idle_timeout{60'000};  ///< Between requests of one connection.
    std::chrono::milliseconds io_timeout{30'000};  ///< Without any progress of a body, either way.
    /// Without any progress of server-sent events that are there to be sent. Long: a client that sleeps costs no more than its full queue.
    std::chrono::milliseconds event_timeout{120'000};
};

/// Threads:  one network thread, `workers` handler threads, all owned here.
/// Lifetime: the router is copied; what its handlers refer to must outlive stop().
/// Failures: the constructor throws std::runtime_error where it cannot listen, naming address and port and what to do.
class Server {
public:
    Server(Router router, ServerOptions options, runtime::Metrics& metrics);
    ~Server();  ///< stop() with no patience.
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept;
    /// Refuses new connections, lets running requests end until `deadline`, then cuts them. Idempotent.
    void stop(std::chrono::steady_clock::time_point deadline);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace logchute::http
