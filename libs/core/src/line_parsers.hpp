// One parser a format, one line a call. BatchParser splits, chooses and keeps the outcome.
#pragma once

#include <string>
#include <string_view>

#include "arena.hpp"
#include "logchute/core/batch_parser.hpp"

namespace logchute {

/// What a line parser is given besides the line, and where it keeps what cannot stay a view of the line.
struct LineContext {
    const BatchOptions& options;
    ParsedBatch::Arena& arena;
    /// Bytes from the line on up to here may be read, whatever they hold: the end of the message's text. Null: the line's own end.
    const char* readable_end = nullptr;
};

/// What a line parser says of a line it does not take.
struct Refusal {
    Reason reason = Reason::invalid_format;
    std::string detail;  ///< What is wrong and where (1-based byte column).
};

/// Each of these fills `record` (which comes empty, with `raw` set to the line) and returns true, or returns false and says why.
/// Times that the line lacks, default service and default tags are filled in by BatchParser, not here: a parser leaves `timestamp_is_receipt`
/// set where it found no time. Text that is not UTF-8 is refused with invalid_utf8, in all but plain.
/// `line` has no line end; with join it may hold several lines.
bool parse_json_line(std::string_view line, LineContext& context, LogRecord& record, Refusal& refusal);
bool parse_logfmt_line(std::string_view line, LineContext& context, LogRecord& record, Refusal& refusal);
bool parse_clf_line(std::string_view line, LineContext& context, LogRecord& record, Refusal& refusal);
bool parse_syslog_line(std::string_view line, LineContext& context, LogRecord& record, Refusal& refusal);
/// Never refuses: bytes that are no UTF-8 become U+FFFD in `message` and stay as they are in `raw`.
void parse_plain_line(std::string_view line, LineContext& context, LogRecord& record);

/// Quick looks at the head of a line, for `auto`: false means that the parser of that name would refuse or misread it.
[[nodiscard]] bool looks_like_json(std::string_view line) noexcept;
[[nodiscard]] bool looks_like_logfmt(std::string_view line) noexcept;
[[nodiscard]] bool looks_like_clf(std::string_view line) noexcept;
[[nodiscard]] bool looks_like_syslog(std::string_view line) noexcept;

}  // namespace logchute
