// Records as CSV, for spreadsheets.
#pragma once

#include <string>
#include <string_view>

#include "logchute/core/result.hpp"

namespace logchute::dashboard {

/// The head row: timestamp,level,service,host,message,source,id,tags,fields.
void append_csv_head(std::string& out);

/// One record, given as its JSON line, as one row (RFC 4180, CRLF). A cell that a spreadsheet would take for a formula, because it begins
/// with = + - @ tab or CR, gets a ' in front.
[[nodiscard]] Result<void> append_csv_row(std::string& out, std::string_view record_json);

}  // namespace logchute::dashboard
