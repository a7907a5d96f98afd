// A form is what a line is without its content: the line with the pieces that stand in columns replaced by marks.
//
// `2026-11-21T10:00:00Z INFO api started` with service `api` and message `started` has the form `<time> INFO <service> <message>`. Lines
// of one program share a handful of forms, so the store keeps the number of the form instead of the line. A form is only taken where
// putting the columns back gives the very same bytes; every other line is kept whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "duckdb/time_shape.hpp"
#include "logchute/core/log_record.hpp"

namespace logchute::store::duck {

/// What a form's marks stand for.
struct LineParts {
    std::int64_t nanos = 0;
    std::string_view service, host, message, tags, fields;
};

/// Makes forms. One a thread.
class FormMaker {
public:
    /// The form of the record's line; a view into this, valid until the next call. Empty where the line must be kept.
    [[nodiscard]] std::optional<std::string_view> form_of(const LogRecord& record);

private:
    TimeWriter times_;
    std::string form_;
};

/// Appends the line that `form` makes of `parts`. False for a form that is damaged; `out` then holds a part of it.
[[nodiscard]] bool append_line(std::string& out, std::string_view form, const LineParts& parts, TimeWriter& times);

}  // namespace logchute::store::duck
