#include "duckdb/row_reader.hpp"

namespace logchute::store::duck {
namespace {

std::string_view text_at(const duckdb_string_t* column, std::size_t i) noexcept {
    return column == nullptr ? std::string_view{} : view_of(column[i]);
}

}  // namespace

ColumnSet columns_of(std::uint8_t needs) noexcept {
    unsigned columns = 0;
    if (needs & search::kLevel) columns |= kLevelColumn;
    if (needs & search::kSource) columns |= kSourceColumn;
    if (needs & search::kService) columns |= kServiceColumn;
    if (needs & search::kHost) columns |= kHostColumn;
    if (needs & search::kMessage) columns |= kMessageColumn;
    if (needs & search::kTags) columns |= kTagsColumn;
    if (needs & search::kFields) columns |= kFieldsColumn;
    if (needs & search::kRaw) columns |= kLineColumns;
    return static_cast<ColumnSet>(columns);
}

search::Row RowReader::row(const Rows& rows, std::size_t i) {
    search::Row row;
    if (rows.level != nullptr) row.level = static_cast<Level>(rows.level[i]);
    row.source = text_at(rows.source, i);
    row.service = text_at(rows.service, i);
    row.host = text_at(rows.host, i);
    row.message = text_at(rows.message, i);
    row.tags = text_at(rows.tags, i);
    row.fields = text_at(rows.fields, i);
    if (rows.raw != nullptr) row.raw = line(rows, i);
    return row;
}

std::string_view RowReader::line(const Rows& rows, std::size_t i) {
    if (rows.form[i] == 0) return view_of(rows.raw[i]);
    const LineParts parts{.nanos = rows.time[i],
                          .service = view_of(rows.service[i]),
                          .host = view_of(rows.host[i]),
                          .message = view_of(rows.message[i]),
                          .tags = view_of(rows.tags[i]),
                          .fields = view_of(rows.fields[i])};
    line_.clear();
    if (!append_line(line_, rows.forms->text(rows.form[i]), parts, times_)) line_.clear();
    return line_;
}

LogRecord RowReader::record(const Rows& rows, std::size_t i) {
    LogRecord record;
    record.timestamp = from_nanos(rows.time[i]);
    record.level = static_cast<Level>(rows.level[i]);
    record.timestamp_is_receipt = (rows.flags[i] & kTimestampIsReceipt) != 0;
    record.has_rejected = (rows.flags[i] & kHasRejected) != 0;
    record.ordinal = rows.ord[i];
    record.service = view_of(rows.service[i]);
    record.host = view_of(rows.host[i]);
    record.message = view_of(rows.message[i]);
    record.tags = view_of(rows.tags[i]);
    record.fields = view_of(rows.fields[i]);
    return record;
}

}  // namespace logchute::store::duck
