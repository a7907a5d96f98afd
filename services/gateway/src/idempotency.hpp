// Requests that may be sent again: how their messages are named, so that the stream takes each once.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "logchute/bus/connection.hpp"
#include "logchute/runtime/http.hpp"

namespace logchute::gateway {

inline constexpr std::size_t kIdempotencyKeyBytesMax = 255;

/// The request's Idempotency-Key; empty where it has none. Problem 400: it is not 1 to 255 visible ASCII characters, or there are several.
[[nodiscard]] std::expected<std::string, http::Problem> idempotency_key(const http::Request& request);

/// Gives the messages of one request their Nats-Msg-Id, in order. An id stands for the request, the message's place in it, its headers and its
/// content: the same request sent again has the same ids, while another body under the same key is never taken for the first. That needs a
/// body to be cut into messages by its bytes alone, however they arrive, as LineChunker does.
/// Threads: one.
class MessageIds {
public:
    /// `identity` tells this request from all others; empty: its messages get no ids.
    MessageIds(std::string identity, std::string_view subject) : identity_(std::move(identity)), subject_(subject) {}

    [[nodiscard]] bool is_on() const noexcept { return !identity_.empty(); }
    /// The id of the next message.
    [[nodiscard]] std::string next(const bus::Headers& headers, std::string_view payload);

private:
    const std::string identity_;
    const std::string subject_;
    std::uint64_t count_ = 0;
};

}  // namespace logchute::gateway
