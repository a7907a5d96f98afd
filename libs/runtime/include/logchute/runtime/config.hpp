// From config.yaml, .env, the environment and flags to Settings. Later wins: defaults, file, .env, environment, flags.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "logchute/core/result.hpp"
#include "logchute/runtime/settings.hpp"

namespace logchute::runtime {

/// Where settings come from. Tests fill it in; load_settings() is given the process's own.
struct ConfigSources {
    std::string file;                  ///< Of --config; must exist. Empty: config.yaml in the working directory, where there is one.
    std::string dotenv_file = ".env";  ///< Need not exist. Names without LOGCHUTE_ in it are other programs' and are left alone.
    /// The environment. LOGCHUTE_<SECTION>_<KEY>, or LOGCHUTE_<SERVICE>_<KEY> where a service's section has another name; an empty value
    /// counts as not set; an unknown LOGCHUTE_ name is an error.
    std::vector<std::pair<std::string, std::string>> environment;
    /// What a flag set.
    struct FlagValue {
        std::string setting;  ///< "noise.rate"
        std::string value;  ///< "5000"
        std::string flag;  ///< "--rate", for messages.
    };
    std::vector<FlagValue> flags;
    std::string service;  ///< Whose port PORT is: "gateway", "log-analyzer".
};

[[nodiscard]] std::vector<std::pair<std::string, std::string>> process_environment();

/// Threads: any; the environment must not change meanwhile.
/// Failures: a wrong key or value is Errc::invalid, its detail of the form
/// `config.yaml:18:3: unknown key 'engnie' in section 'store'; did you mean 'engine'?`. All that is wrong is told at once, a line each.
[[nodiscard]] Result<Settings> load_settings(const ConfigSources& sources);

/// Every setting with its default and documentation as a commented config.yaml; what the repository's own file is tested against.
[[nodiscard]] std::string reference_config();

}  // namespace logchute::runtime
