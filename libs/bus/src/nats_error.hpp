// What cnats reports, as our errors.
#pragma once

#include <string_view>

#include <nats/nats.h>

#include "logchute/core/result.hpp"

namespace logchute::bus {

/// The code a natsStatus stands for. NATS_TIMEOUT is Errc::timeout; what says that the connection is away is Errc::unavailable.
[[nodiscard]] Errc errc_of(natsStatus status) noexcept;

/// A failure of the call just made on this thread: "what: cnats's words".
[[nodiscard]] Error nats_error(natsStatus status, std::string_view what);

/// The same for a JetStream call, which has a second, more exact code. 0: the server did not send one.
[[nodiscard]] Error jetstream_error(natsStatus status, int error_code, std::string_view what);

/// The code that JetStream's `err_code` stands for, with the HTTP-like `code` beside it for those we do not tell apart.
[[nodiscard]] Errc errc_of_jetstream(int error_code, int http_code) noexcept;

}  // namespace logchute::bus
