// A line of our own log as text: JSON for machines, or a form for people.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "logchute/core/time.hpp"
#include "logchute/runtime/logging.hpp"

namespace logchute::runtime {

enum class LineForm : std::uint8_t { json, text };

/// What stands before the message: `{"timestamp":"...","level":"info","service":"gateway",` or `2026-11-21T02:28:01.123Z info  `.
void append_line_head(std::string& out, LineForm form, Timestamp at, std::string_view level, std::string_view service);

/// The message and all that follows, without a line end: `"message":"ready","port":8081}` or `ready port=8081`.
[[nodiscard]] std::string render_line(LineForm form, std::string_view message, std::span<const LogField> fields);

}  // namespace logchute::runtime
