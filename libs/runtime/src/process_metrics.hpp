// What the kernel says about this process, under the names that every Prometheus client uses.
#pragma once

#include <vector>

#include "logchute/runtime/metrics.hpp"

namespace logchute::runtime {

struct ProcessMetric {
    Metrics::Kind kind;
    const char* name;
    const char* help;
    double value;
};

/// Leaves out what /proc does not tell, as in a sandbox without it.
[[nodiscard]] std::vector<ProcessMetric> read_process_metrics();

}  // namespace logchute::runtime
