// Headers on their way to and from cnats.
#pragma once

#include <cstddef>

#include "logchute/bus/connection.hpp"
#include "nats_handles.hpp"

namespace logchute::bus {

/// Refuses what would break out of the header block: CR, LF or NUL anywhere, ':' or a space in a name, an empty name.
[[nodiscard]] Result<void> check_headers(const Headers& headers);

/// Bytes the header block takes on the wire; the server counts them into max_payload. 0 where there are none.
[[nodiscard]] std::size_t wire_size(const Headers& headers) noexcept;

/// Adds checked headers to a message.
[[nodiscard]] natsStatus add_headers(natsMsg& message, const Headers& headers);

/// The first value of a header; empty where there is none. The view lives as long as the message.
[[nodiscard]] std::string_view header_of(natsMsg& message, const char* name) noexcept;
[[nodiscard]] Headers headers_of(natsMsg& message);

/// The payload of a message; the view lives as long as the message.
[[nodiscard]] inline std::string_view payload_of(const natsMsg& message) noexcept {
    return {natsMsg_GetData(&message), static_cast<std::size_t>(natsMsg_GetDataLength(&message))};
}

}  // namespace logchute::bus
