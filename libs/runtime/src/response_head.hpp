// The first lines of a response, as they go over the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "logchute/core/result.hpp"
#include "logchute/runtime/http.hpp"

namespace logchute::http {

/// How the length of a body is told.
enum class Framing : std::uint8_t {
    none,     ///< No body and no word about one: 204, 304.
    length,   ///< Content-Length
    chunked,  ///< Transfer-Encoding: chunked
    close,    ///< The end of the connection: streams to HTTP/1.0.
};

struct HeadOptions {
    Framing framing = Framing::length;
    std::uint64_t content_length = 0;  ///< For Framing::length.
    bool keep_alive = true;
    int minor_version = 1;             ///< Of the request.
    std::string_view request_id;
};

/// Errc::invalid, naming the header, where a handler's header has a name that is no token or a value with control characters in it.
[[nodiscard]] Result<void> check_headers(const Response& response);

/// Status line, the response's own headers and the server's, with the empty line. The headers must have passed check_headers().
[[nodiscard]] std::string format_head(const Response& response, const HeadOptions& options);

/// `given` where it may be sent back as it is: up to 128 printable ASCII characters without quotes and backslashes.
[[nodiscard]] bool is_sane_request_id(std::string_view given) noexcept;
/// 16 hexadecimal digits, not given out before by this process. Any thread.
[[nodiscard]] std::string make_request_id();

}  // namespace logchute::http
