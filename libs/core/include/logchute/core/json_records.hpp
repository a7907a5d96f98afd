// The records of a JSON document: one object, or an array of objects.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "logchute/core/result.hpp"

namespace logchute {

/// A document as lines of one object each, as they stand in it but without white space between their parts.
struct JsonRecords {
    std::string lines;
    std::uint64_t count = 0;
};

/// Checks the whole document before it says yes. Errc::invalid: empty, not JSON, or anything but objects; the detail says what and where.
/// Memory: a few times the document, while it runs.
[[nodiscard]] Result<JsonRecords> json_records(std::string_view document);

}  // namespace logchute
