// What the gateway turns away, and what waits in it: for its metrics.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "logchute/bus/publisher.hpp"
#include "logchute/runtime/metrics.hpp"

namespace logchute::gateway {

/// Requests refused for `reason`: bus (away, or it did not take them), lag (of ingestion), rate (of the source), memory.
[[nodiscard]] inline runtime::Counter refused_total(runtime::Metrics& metrics, std::string_view reason) {
    return metrics.counter("gateway_refused_total", "Requests refused for now, to be sent again later, by reason.",
                           {{"reason", std::string(reason)}});
}

/// How full the queues are, for as long as what is returned lives.
[[nodiscard]] inline std::vector<std::shared_ptr<void>> expose_queues(runtime::Metrics& metrics, const bus::Publisher& publisher,
                                                                      const bus::GroupCommitter& group) {
    const auto gauge = [&](std::string name, std::string help, auto read) {
        return metrics.collect(runtime::Metrics::Kind::gauge, std::move(name), std::move(help),
                               [read] { return std::vector<runtime::Sample>{{{}, static_cast<double>(read())}}; });
    };
    return {gauge("gateway_pending_messages", "Messages on their way to LOGS without an answer yet.",
                  [&publisher] { return publisher.pending_messages(); }),
            gauge("gateway_pending_bytes", "Bytes of these messages; publishing waits above gateway.pending_bytes_max.",
                  [&publisher] { return publisher.pending_bytes(); }),
            gauge("gateway_group_waiting", "Small requests that wait until their shared message is on disk.",
                  [&group] { return group.waiting(); })};
}

}  // namespace logchute::gateway
