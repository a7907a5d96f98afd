// What every service's command line has.
#pragma once

#include <string>
#include <variant>

#include "logchute/runtime/config.hpp"
#include "logchute/runtime/service.hpp"

namespace logchute::runtime {

struct CommandLine {
    std::string config_file;
    bool check_config = false;
    bool reference_config = false;
    std::vector<ConfigSources::FlagValue> flags;
};

/// Or the exit code, where --help or --version has been answered (0) or something is wrong and has been said (2).
[[nodiscard]] std::variant<CommandLine, int> parse_command_line(const ServiceInfo& info, int argc, char** argv);

}  // namespace logchute::runtime
