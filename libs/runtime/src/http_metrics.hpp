// What the HTTP server counts and logs about each request.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "logchute/runtime/http.hpp"
#include "logchute/runtime/metrics.hpp"

namespace logchute::http {

/// Why a request was turned away before its handler saw it.
enum class Rejection : std::uint8_t {
    malformed,    ///< Not HTTP, or not what we take of it.
    url,          ///< Too long an address.
    headers,      ///< Too long headers.
    body,         ///< Too long a body.
    timeout,      ///< Too slow with headers or body.
    broken_off,   ///< The client left in the middle of its body.
    connections,  ///< Too many of them.
    memory,       ///< Too many bytes of bodies held.
    queue,        ///< Too many requests wait for a worker.
    streams,      ///< Too many bodies are streamed.
};
inline constexpr std::size_t kRejections = 10;
[[nodiscard]] std::string_view to_string(Rejection rejection) noexcept;

/// One request, done.
struct RequestRecord {
    const Request& request;
    const Route* route;  ///< Null: none.
    int status;
    std::uint64_t sent_bytes;  ///< Of the response's body.
    std::chrono::steady_clock::duration took;
};

/// Handles are kept, so that a request costs neither lock nor lookup by name.
/// Threads: the network thread, unless a function says otherwise.
class HttpMetrics {
public:
    HttpMetrics(runtime::Metrics& metrics, const Router& router);

    void connection_opened() { connections_.add(1); }
    void connection_closed() { connections_.add(-1); }
    void request_begun() { in_flight_.add(1); }
    void body_received(std::uint64_t bytes) { request_bytes_.add(static_cast<double>(bytes)); }
    /// Any thread.
    void rejected(Rejection rejection) { rejected_[static_cast<std::size_t>(rejection)].add(1); }
    /// Ends what request_begun() began: counts and writes the line of the access log, debug for 2xx and 3xx, info for 4xx, warn for 5xx.
    void request_done(const RequestRecord& record);
    /// The same for one that nobody answered: the client has gone.
    void request_abandoned() { in_flight_.add(-1); }

private:
    // One pattern and method; a request that fits no route goes under "unmatched".
    struct RouteMetrics {
        std::string_view pattern;
        runtime::Histogram duration;
        std::vector<std::pair<std::pair<Method, int>, runtime::Counter>> by_outcome;  // a handful: made when first seen
    };
    RouteMetrics& metrics_of(const Route* route);

    runtime::Metrics& registry_;
    const Router& router_;
    runtime::Gauge connections_;
    runtime::Gauge in_flight_;
    runtime::Counter request_bytes_;
    std::array<runtime::Counter, kRejections> rejected_;
    std::vector<RouteMetrics> routes_;  // as the router's, then "unmatched"
};

}  // namespace logchute::http
