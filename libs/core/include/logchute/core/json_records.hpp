// The records of a JSON document: one object, or an array of objects.
#pragma once

#include <cstdint>
#include <string>

#include "logchute/core/result.hpp"

namespace logchute {

/// A document as lines of one object each: its bytes as they came, but for line ends, which become spaces.
struct JsonRecords {
    std::string lines;  ///< LF between them.
    std::uint64_t count = 0;
};

/// Checks the whole document before it says yes, by the rules a line of JSON is checked by: what can be stored as a line can be stored so.
/// Errc::invalid: empty, not JSON (nor UTF-8), nested too deep, or anything but objects; the detail says what, and where by line and byte.
/// Memory: the document's own, in which the lines are made.
[[nodiscard]] Result<JsonRecords> json_records(std::string document);

}  // namespace logchute
