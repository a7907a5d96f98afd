// What may be published to.
#pragma once

#include <string_view>

namespace logchute::bus {

/// True for a subject without wildcards that a message can be published on: tokens of printable characters, none empty, at most
/// kSubjectBytesMax bytes. Anything else could break out of NATS's text protocol.
[[nodiscard]] bool is_publishable(std::string_view subject) noexcept;

/// The server reads a command line of at most 4 KiB, reply subject and sizes included.
inline constexpr std::size_t kSubjectBytesMax = 1'024;

}  // namespace logchute::bus
