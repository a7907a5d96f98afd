#include "syslog_server.hpp"

#include <utility>
#include <vector>

namespace logchute::gateway {
namespace {

using std::chrono::steady_clock;

// Of the time a stop may take, kept for what comes after.
constexpr std::chrono::seconds kClosePatience{2};

SyslogQueueOptions queue_options(const runtime::GatewaySettings& settings, WhenFull when_full, const WakeEvent& wake) {
    return {.bytes_max = settings.syslog_buffer_bytes.value,
            .message_bytes = settings.message_bytes.value,
            .line_bytes_max = settings.line_bytes_max.value,
            .when_full = when_full,
            .on_room = [&wake] { wake.set(); }};
}

Origin syslog_origin() { return {.source = "syslog", .format = Format::syslog}; }

}  // namespace

SyslogServer::Lane::Lane(const runtime::GatewaySettings& settings, WhenFull when_full, const WakeEvent& wake, bus::Publisher& publisher,
                         const Admission& admission, runtime::Metrics& metrics)
    : shipper(publisher, admission, syslog_origin(), metrics), queue(queue_options(settings, when_full, wake), shipper) {}

SyslogServer::SyslogServer(const runtime::GatewaySettings& settings, std::uint16_t port, bus::Publisher& publisher,
                           const Admission& admission, runtime::Metrics& metrics)
    : udp_lane_(settings, WhenFull::drop, tcp_has_room_, publisher, admission, metrics),
      tcp_lane_(settings, WhenFull::take, tcp_has_room_, publisher, admission, metrics) {
    auto listener = bind_socket(Transport::tcp, settings.host, port);
    port_ = port_of(listener.get());
    udp_ = std::make_unique<SyslogUdp>(bind_socket(Transport::udp, settings.host, port_), udp_lane_.queue);
    const SyslogTcpOptions options{.connections_max = settings.syslog_connections_max,
                                   .idle_timeout = settings.syslog_idle_timeout,
                                   .frame_bytes_max = settings.line_bytes_max.value,
                                   .buffered_bytes_max = settings.syslog_buffer_bytes.value};
    tcp_ = std::make_unique<SyslogTcp>(std::move(listener), tcp_lane_.queue, tcp_has_room_, options);
    expose(metrics);
}

SyslogServer::~SyslogServer() { stop(steady_clock::now()); }

void SyslogServer::stop(steady_clock::time_point deadline) {
    if (udp_) udp_->stop();
    if (tcp_) tcp_->stop();
    for (Lane* lane : {&udp_lane_, &tcp_lane_}) lane->shipper.give_up_at(deadline - kClosePatience);
    for (Lane* lane : {&udp_lane_, &tcp_lane_}) lane->queue.drain();
}

void SyslogServer::expose(runtime::Metrics& metrics) {
    using Kind = runtime::Metrics::Kind;
    using Samples = std::vector<runtime::Sample>;
    const auto number = [](auto count) { return static_cast<double>(count); };
    exposed_.push_back(metrics.collect(Kind::counter, "gateway_syslog_messages_total", "Syslog messages that came in.", [=, this] {
        return Samples{{{{"transport", "udp"}}, number(udp_lane_.queue.received())},
                       {{{"transport", "tcp"}}, number(tcp_lane_.queue.received())}};
    }));
    const auto dropped = [=](const char* transport, const char* reason, std::uint64_t count) {
        return runtime::Sample{{{"transport", transport}, {"reason", reason}}, number(count)};
    };
    exposed_.push_back(
        metrics.collect(Kind::counter, "gateway_syslog_dropped_total",
                        "Syslog messages that are not stored: kernel (came faster than they were taken), queue_full (over "
                        "syslog_buffer_bytes while NATS was "
                        "away), refused (the stream did not take them before the stop, or never will), empty (nothing in them).",
                        [=, this] {
                            return Samples{dropped("udp", "kernel", udp_->kernel_dropped()),
                                           dropped("udp", "queue_full", udp_lane_.queue.dropped_full()),
                                           dropped("udp", "refused", udp_lane_.queue.dropped_refused()),
                                           dropped("udp", "empty", udp_lane_.queue.empty()),
                                           dropped("tcp", "refused", tcp_lane_.queue.dropped_refused()),
                                           dropped("tcp", "empty", tcp_lane_.queue.empty())};
                        }));
    exposed_.push_back(metrics.collect(Kind::gauge, "gateway_syslog_queue_bytes", "Syslog on its way into the stream.", [=, this] {
        return Samples{{{{"transport", "udp"}}, number(udp_lane_.queue.bytes())},
                       {{{"transport", "tcp"}}, number(tcp_lane_.queue.bytes())}};
    }));
    exposed_.push_back(metrics.collect(Kind::gauge, "gateway_syslog_connections", "Syslog connections over TCP.",
                                       [=, this] { return Samples{{{}, number(tcp_->connections())}}; }));
    exposed_.push_back(metrics.collect(Kind::counter, "gateway_syslog_incomplete_total",
                                       "Syslog messages whose connection ended within them; what came is stored.",
                                       [=, this] { return Samples{{{}, number(tcp_->incomplete())}}; }));
    exposed_.push_back(metrics.collect(
        Kind::counter, "gateway_syslog_closed_total",
        "Syslog connections closed from this side: idle, too_many (over syslog_connections_max), memory (unfinished messages over "
        "syslog_buffer_bytes).",
        [=, this] {
            return Samples{{{{"reason", "idle"}}, number(tcp_->closed_idle())},
                           {{{"reason", "too_many"}}, number(tcp_->closed_too_many())},
                           {{{"reason", "memory"}}, number(tcp_->closed_memory())}};
        }));
}

}  // namespace logchute::gateway
