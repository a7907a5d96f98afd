// How a line parser says no: a reason for machines, a column and a sentence for people.
#pragma once

#include <string>
#include <string_view>

#include "json_string.hpp"
#include "line_parsers.hpp"
#include "logchute/core/json_text.hpp"

namespace logchute {

/// `column` is the 1-based byte. Always false, to be returned.
inline bool refuse(Refusal& refusal, Reason reason, std::size_t column, std::string_view problem) {
    refusal.reason = reason;
    refusal.detail = "column " + std::to_string(column) + ": ";
    refusal.detail += problem;
    return false;
}

/// True for a line of valid UTF-8; else refuses it.
inline bool check_utf8(std::string_view line, Refusal& refusal) {
    if (json::is_valid_utf8(line)) [[likely]]
        return true;
    const char* at = line.data();
    const char* const end = at + line.size();
    std::size_t bad = 0;
    for (std::size_t length = 1; at != end && length != 0; at += length) length = json::utf8_length(at, end, bad);
    return refuse(refusal, Reason::invalid_utf8, static_cast<std::size_t>(at - line.data()) + 1, "this byte is no UTF-8");
}

}  // namespace logchute
