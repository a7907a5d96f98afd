// What a request's body is: its format, by Content-Type, and its text, decompressed.
#pragma once

#include <string>

#include "logchute/core/batch_parser.hpp"
#include "logchute/runtime/http.hpp"
#include "memory_budget.hpp"

namespace logchute::gateway {

/// How the body is to be read, by its media type.
enum class BodyKind : std::uint8_t { json_document, json_lines, text };

/// Empty for a media type we do not take. No Content-Type at all is text.
[[nodiscard]] std::optional<BodyKind> body_kind(const http::Request& request);

/// The body without its Content-Encoding; taken out of the request where there is none. Problem 415 for an unknown encoding, 400 for one that
/// does not hold, 413 above `bytes_max`, 503 where the lease cannot grow by what is
/// decompressed; the body itself is the server's to count.
[[nodiscard]] std::expected<std::string, http::Problem> decoded_body(http::Request& request, std::size_t bytes_max,
                                                                     MemoryBudget::Lease& lease);

}  // namespace logchute::gateway
