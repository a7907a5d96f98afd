#include "http_metrics.hpp"

#include <algorithm>
#include <string>

#include "logchute/runtime/logging.hpp"

namespace logchute::http {
namespace {

constexpr std::string_view kUnmatched = "unmatched";
constexpr std::size_t kLoggedPathMax = 256;

void log_access(const RequestRecord& record) {
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(record.took);
    const auto log = record.status >= 500 ? runtime::log_warn : record.status >= 400 ? runtime::log_info : runtime::log_debug;
    log("request", {{"method", to_string(record.request.method)},
                    {"route", record.route != nullptr ? std::string_view(record.route->pattern) : kUnmatched},
                    {"path", std::string_view(record.request.path).substr(0, kLoggedPathMax)},
                    {"status", record.status},
                    {"bytes", record.sent_bytes},
                    {"duration_ms", static_cast<double>(took.count()) / 1000.0},
                    {"remote", record.request.remote},
                    {"request_id", record.request.id}});
}

}  // namespace

std::string_view to_string(Rejection rejection) noexcept {
    switch (rejection) {
        case Rejection::malformed: return "malformed";
        case Rejection::url: return "url";
        case Rejection::headers: return "headers";
        case Rejection::body: return "body";
        case Rejection::timeout: return "timeout";
        case Rejection::broken_off: return "broken_off";
        case Rejection::connections: return "connections";
        case Rejection::memory: return "memory";
        case Rejection::queue: return "queue";
        case Rejection::streams: return "streams";
    }
    return "malformed";
}

HttpMetrics::HttpMetrics(runtime::Metrics& metrics, const Router& router)
    : registry_(metrics),
      router_(router),
      connections_(metrics.gauge("http_connections", "Open connections.")),
      in_flight_(metrics.gauge("http_requests_in_flight", "Requests whose headers are read and whose answer is not sent yet.")),
      request_bytes_(metrics.counter("http_request_bytes_total", "Bytes of request bodies received.")) {
    for (std::size_t i = 0; i < kRejections; ++i) {
        rejected_[i] = metrics.counter("http_rejected_total", "Requests turned away before their handler saw them, by reason.",
                                       {{"reason", std::string(to_string(static_cast<Rejection>(i)))}});
    }
    const auto add = [&](std::string_view pattern) {
        routes_.push_back({pattern,
                           metrics.histogram("http_request_duration_seconds", "From the end of the headers to the end of the answer.",
                                             runtime::latency_buckets(), {{"route", std::string(pattern)}}),
                           {}});
    };
    for (const Route& route : router.routes()) add(route.pattern);
    add(kUnmatched);
}

HttpMetrics::RouteMetrics& HttpMetrics::metrics_of(const Route* route) {
    if (route == nullptr) return routes_.back();
    return routes_[static_cast<std::size_t>(route - router_.routes().data())];
}

void HttpMetrics::request_done(const RequestRecord& record) {
    in_flight_.add(-1);
    RouteMetrics& route = metrics_of(record.route);
    route.duration.observe(std::chrono::duration<double>(record.took).count());
    const std::pair key(record.request.method, record.status);
    auto outcome = std::ranges::find(route.by_outcome, key, &std::pair<std::pair<Method, int>, runtime::Counter>::first);
    if (outcome == route.by_outcome.end()) {
        route.by_outcome.emplace_back(key, registry_.counter("http_requests_total", "Requests answered.",
                                                             {{"route", std::string(route.pattern)},
                                                              {"method", std::string(to_string(key.first))},
                                                              {"status", std::to_string(key.second)}}));
        outcome = std::prev(route.by_outcome.end());
    }
    outcome->second.add(1);
    log_access(record);
}

}  // namespace logchute::http
