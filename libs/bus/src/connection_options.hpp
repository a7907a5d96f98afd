// ConnectionOptions as cnats takes them.
#pragma once

#include <string>
#include <vector>

#include "logchute/bus/connection.hpp"
#include "nats_handles.hpp"

namespace logchute::bus {

/// Throws std::runtime_error, with the cause and the option's name, for what can never work.
[[nodiscard]] OptionsPtr make_options(const ConnectionOptions& options);

/// The servers of a comma separated list, blanks trimmed. Refuses what is no URL: an unknown scheme, no host, a port that is none.
[[nodiscard]] Result<std::vector<std::string>> parse_servers(std::string_view urls);

/// The same list for messages: without the user names and passwords that URLs may hold.
[[nodiscard]] std::string servers_text(std::string_view urls);

}  // namespace logchute::bus
