// From the text of one message to records: splitting lines, joining continuations, choosing the format, and naming what is wrong.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logchute/core/lines.hpp"
#include "logchute/core/log_record.hpp"

namespace logchute {

enum class Format : std::uint8_t { automatic, json, logfmt, clf, syslog, plain };

/// "auto", "json", "logfmt", "clf", "syslog", "plain".
[[nodiscard]] std::string_view to_string(Format format) noexcept;
[[nodiscard]] std::optional<Format> parse_format(std::string_view text) noexcept;

/// Why a line is no record. The names are the values of the header Logchute-Reason and of the label `reason`.
enum class Reason : std::uint8_t { invalid_format, invalid_json, invalid_timestamp, invalid_utf8, too_long, empty };
inline constexpr std::size_t kReasonCount = 6;
[[nodiscard]] std::string_view to_string(Reason reason) noexcept;
[[nodiscard]] std::optional<Reason> parse_reason(std::string_view text) noexcept;

/// How one message is to be read.
struct BatchOptions {
    Format format = Format::automatic;
    bool join = false;                 ///< Join lines that continue a record (stack traces). Only for auto and plain.
    Timestamp received{};              ///< For records without a time, and to complete times without a year.
    /// For records without a service. Copied; ignored where it is longer than kNameBytesMax.
    std::string_view default_service;
    /// A JSON object of strings added to each record's tags; a record's own tag of that name wins. Copied, checked and bounded as a record's
    /// own tags are; ignored where it is no JSON object.
    std::string_view default_tags;
    std::size_t line_bytes_max = kLineBytesMax;
};

/// A line that is no record.
struct BadLine {
    std::uint32_t ordinal = 0;  ///< As LogRecord::ordinal.
    Reason reason = Reason::invalid_format;
    std::string_view raw;  ///< The whole line, without its line end.
    std::string detail;  ///< What is wrong and where, for people. Never empty.
};

/// The records of one message, and the memory that holds what could not stay a view of the message. Reused from message to message, so that
/// parsing allocates nothing once warm. Not thread-safe; movable.
class ParsedBatch {
public:
    ParsedBatch();
    ~ParsedBatch();
    ParsedBatch(ParsedBatch&&) noexcept;
    ParsedBatch& operator=(ParsedBatch&&) noexcept;

    std::vector<LogRecord> records;
    std::vector<BadLine> bad;
    /// Lines seen, empty ones left out; with join also the continuation lines.
    std::uint32_t lines = 0;

    void clear() noexcept;  ///< Keeps the memory.

    class Arena;
    [[nodiscard]] Arena& arena() noexcept { return *arena_; }

private:
    std::unique_ptr<Arena> arena_;
};

/// Parses messages. Keeps nothing between calls: all memory is the ParsedBatch's, so any thread may use it with a batch of its own.
class BatchParser {
public:
    /// Parses every line of `text` into `out`, which is cleared first. Lines end in LF or CRLF; blank ones (empty or white space alone) are
    /// no records and no errors. `text` may be any bytes and needs no padding; it must outlive the use of `out`.
    /// In `auto` each line goes to json, syslog, clf, logfmt or plain by what it looks like, and what fails there is plain: never refused
    /// (too_long aside). In a declared format a line that does not hold is a BadLine.
    /// With `join`, lines join as joins_record() says; behind a line of json, logfmt or clf they become the rest of its message.
    void parse(std::string_view text, const BatchOptions& options, ParsedBatch& out);
};

}  // namespace logchute
