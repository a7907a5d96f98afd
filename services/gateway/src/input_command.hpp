// `gateway --stdin` and `gateway --file PATH [--follow]`: the gateway as a shipper, without a port.
#pragma once

#include <string>
#include <vector>

#include "logchute/runtime/service.hpp"

namespace logchute::gateway {

/// What the flags say.
struct InputCommand {
    bool standard_input = false;
    std::vector<std::string> files;
    bool follow = false;
    std::string format = "auto";
    std::string source;   ///< "stdin" or "file" unless given.
    std::string service;  ///< For records without one.

    [[nodiscard]] bool is_given() const noexcept { return standard_input || !files.empty() || follow; }
};

/// The flags that fill `command` in, which outlives them.
[[nodiscard]] std::vector<runtime::RunFlag> flags_of(InputCommand& command);

/// Reads what the command names until it ends or the service is stopped; returns once it is stored. What was read from standard input is
/// stored before a stop too, as far as NATS allows; what was read from files is read again the next time.
/// Failures: throws std::runtime_error for flags that do not fit together; asks the service to stop with what goes wrong later.
void run_inputs(runtime::Service& service, const InputCommand& command);

}  // namespace logchute::gateway
