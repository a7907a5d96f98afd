// The log record: one model for every format, service and engine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "logchute/core/level.hpp"
#include "logchute/core/time.hpp"

namespace logchute {

/// One record as a set of views. Lifetime: everything points into the batch text that carried it, or into the ParsedBatch that holds the
/// record; both must stay. Copying a LogRecord copies views.
struct LogRecord {
    Timestamp timestamp{};
    Level level = Level::unknown;
    /// No time was given, so `timestamp` is the time of receipt. Users see it as `"timestamp_from":"receipt"`.
    bool timestamp_is_receipt = false;
    /// At least one field was moved to `fields._rejected`.
    bool has_rejected = false;
    /// Number of this record within its message, bad ones counted too, from 0. With the stream sequence it names the record for ever.
    std::uint32_t ordinal = 0;
    std::string_view service;  ///< Valid UTF-8, as are host and message. Empty: none.
    std::string_view host;
    std::string_view message;
    std::string_view tags;    ///< A JSON object of strings, compact; empty where there are none.
    std::string_view fields;  ///< A JSON object, as it came where possible; empty where there are none.
    /// The line (or joined lines) as it came, without its line end; any bytes.
    std::string_view raw;
    /// Where in `raw` the timestamp stands as text (without quotes); empty where it does not stand there.
    std::string_view timestamp_text;
};

/// A record as people see it: appends the JSON object of DESIGN section 3, without a line end. `id` and `source` are left out where empty.
void append_record_json(std::string& out, const LogRecord& record, std::string_view id, std::string_view source);

/// Limits of one record. What is over them does not cost the record: it moves to `fields._rejected`, or the line is `too_long`.
inline constexpr std::size_t kLineBytesMax = 1U << 20;     ///< Default of gateway.line_bytes_max.
inline constexpr std::size_t kTooLongBytesKept = 1U << 16; ///< What a dead letter keeps of a line that is too long.
inline constexpr std::size_t kTagsMax = 64;                ///< Tags per record.
inline constexpr std::size_t kTagBytesMax = 1024;          ///< Bytes of one tag's name or value.
inline constexpr std::size_t kNameBytesMax = 256;          ///< Bytes of service and host.
inline constexpr std::size_t kJsonDepthMax = 64;           ///< Nesting of `fields`.
static_assert(kTooLongBytesKept < kLineBytesMax);

}  // namespace logchute
