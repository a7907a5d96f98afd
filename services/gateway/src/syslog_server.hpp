// Syslog, over UDP and TCP on the same port.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "admission.hpp"
#include "logchute/bus/publisher.hpp"
#include "logchute/runtime/metrics.hpp"
#include "logchute/runtime/settings.hpp"
#include "shipper.hpp"
#include "syslog_queue.hpp"
#include "syslog_tcp.hpp"
#include "syslog_udp.hpp"

namespace logchute::gateway {

/// Takes RFC 5424 and RFC 3164 and puts them on logs.syslog, in the declared format syslog. While NATS is away or ingestion lags, each
/// transport holds up to gateway.syslog_buffer_bytes; beyond, datagrams are dropped and counted, and connections not read.
/// Threads:  four of its own. Lifetime: borrows all it is given.
/// Failures: the constructor throws std::runtime_error where it cannot listen.
class SyslogServer {
public:
    /// `port`: 0 is a free one.
    SyslogServer(const runtime::GatewaySettings& settings, std::uint16_t port, bus::Publisher& publisher, const Admission& admission,
                 runtime::Metrics& metrics);
    ~SyslogServer();  ///< stop(), without patience.
    SyslogServer(const SyslogServer&) = delete;
    SyslogServer& operator=(const SyslogServer&) = delete;

    /// Takes what has arrived, and stores it as far as that is possible until `deadline`; what is lost is logged and counted.
    void stop(std::chrono::steady_clock::time_point deadline);
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

private:
    /// What both transports have.
    struct Lane {
        Lane(const runtime::GatewaySettings& settings, WhenFull when_full, const WakeEvent& wake, bus::Publisher& publisher,
             const Admission& admission, runtime::Metrics& metrics);
        Shipper shipper;
        SyslogQueue queue;
    };
    void expose(runtime::Metrics& metrics);

    const WakeEvent tcp_has_room_;
    Lane udp_lane_;
    Lane tcp_lane_;
    std::uint16_t port_ = 0;
    std::unique_ptr<SyslogUdp> udp_;
    std::unique_ptr<SyslogTcp> tcp_;
    std::vector<std::shared_ptr<void>> exposed_;  // last: nothing is read while its source goes
};

}  // namespace logchute::gateway
