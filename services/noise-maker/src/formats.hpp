// From an event to a line, and from a line to one that does not parse.
#pragma once

#include <string>

#include "generator.hpp"
#include "logchute/core/batch_parser.hpp"

namespace logchute::noise {

/// Appends the event as one line of `format`, with its line feed. `format` must not be automatic: that is how to read, not what to write.
/// syslog is RFC 5424, and RFC 3164 for one trace in eight.
void append_line(std::string& out, Format format, const Event& event);

/// Spoils the line that starts at `begin` in `out` and ends with the last byte, a line feed: BatchParser refuses it when `format` is declared.
/// It stays one line that is not blank. plain takes anything, so there a line is cut short and carries a byte that is no UTF-8.
void spoil_line(std::string& out, std::size_t begin, Format format, Random& random);

}  // namespace logchute::noise
