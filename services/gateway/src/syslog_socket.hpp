// The sockets that syslog comes in on.
#pragma once

#include <cstdint>
#include <string>

#include "logchute/runtime/unique_fd.hpp"

namespace logchute::gateway {

enum class Transport : std::uint8_t { udp, tcp };

/// Bound to host and port (0: a free one), not blocking; TCP listens. `host` is an address.
/// Failures: throws std::runtime_error with the cause and what to do.
[[nodiscard]] runtime::UniqueFd bind_socket(Transport transport, const std::string& host, std::uint16_t port);
[[nodiscard]] std::uint16_t port_of(int socket);

/// Something that a thread in poll() can be woken by, from any thread.
class WakeEvent {
public:
    WakeEvent();  ///< Throws std::system_error.
    void set() const noexcept;
    void clear() const noexcept;
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

private:
    runtime::UniqueFd fd_;
};

}  // namespace logchute::gateway
