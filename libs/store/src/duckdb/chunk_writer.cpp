#include "duckdb/chunk_writer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include "duckdb/layout.hpp"
#include "logchute/core/json_text.hpp"

namespace logchute::store::duck {
namespace {

constexpr std::size_t index_of(ColumnBit bit) { return static_cast<std::size_t>(__builtin_ctz(bit)); }

bool is_ascii(std::string_view text) noexcept {
    std::uint64_t bits = 0;
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
        std::uint64_t word;
        std::memcpy(&word, text.data() + i, 8);
        bits |= word;
    }
    for (; i < text.size(); ++i) bits |= static_cast<unsigned char>(text[i]);
    return (bits & 0x8080808080808080ULL) == 0;
}

constexpr const char* kFunction = "logchute_rows";

void bind(duckdb_bind_info info) {
    for (const auto& column : kColumns) duckdb_bind_add_result_column(info, column.name, make_type(column.type).get());
}

// One thread, so that rows are in the order of the records: searches rely on it.
void init(duckdb_init_info info) { duckdb_init_set_max_threads(info, 1); }

}  // namespace

ChunkWriter::ChunkWriter(Connection& connection) {
    const TableFunctionPtr function(duckdb_create_table_function());
    duckdb_table_function_set_name(function.get(), kFunction);
    duckdb_table_function_set_extra_info(function.get(), this, nullptr);
    duckdb_table_function_set_bind(function.get(), bind);
    duckdb_table_function_set_init(function.get(), init);
    duckdb_table_function_set_function(function.get(), produce);
    if (duckdb_register_table_function(connection.get(), function.get()) != DuckDBSuccess)
        throw std::runtime_error(std::string("DuckDB does not take the function ") + kFunction);
}

Result<ChunkWriter::Written> ChunkWriter::write(Connection& connection, const std::string& database,
                                                std::span<const MessageRecords> messages, Forms& forms, TermSet& terms) {
    written_ = {};
    messages_ = messages;
    next_message_ = next_record_ = 0;
    forms_ = &forms;
    terms_ = &terms;
    auto insert = Statement::prepare(connection, "INSERT INTO " + database + ".main.logs SELECT * FROM " + kFunction + "()");
    if (!insert) return std::unexpected(std::move(insert.error()));
    if (auto done = insert->run_long(); !done) return std::unexpected(std::move(done.error()));
    return written_;
}

void ChunkWriter::produce(duckdb_function_info info, duckdb_data_chunk chunk) {
    try {
        static_cast<ChunkWriter*>(duckdb_function_get_extra_info(info))->fill(chunk);
    } catch (const std::exception& error) {  // No exception may pass through DuckDB.
        duckdb_function_set_error(info, error.what());
    }
}

void ChunkWriter::fill(duckdb_data_chunk chunk) {
    for (std::size_t i = 0; i < kColumnCount; ++i) columns_[i] = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, i));
    rows_ = 0;
    mended_.clear();
    const auto rows_max = duckdb_vector_size();
    for (; next_message_ < messages_.size(); ++next_message_, next_record_ = 0) {
        const auto& message = messages_[next_message_];
        for (; next_record_ < message.records.size(); ++next_record_) {
            if (rows_ == rows_max) return duckdb_data_chunk_set_size(chunk, rows_);
            add(message, message.records[next_record_]);
        }
    }
    duckdb_data_chunk_set_size(chunk, rows_);
}

void ChunkWriter::set_text(std::size_t column, std::string_view text) {
    auto& slot = static_cast<duckdb_string_t*>(columns_[column])[rows_];
    const auto size = static_cast<std::uint32_t>(text.size());  // Lines are at most kLineBytesMax, or what a setting allows: below 4 GiB.
    slot.value.inlined.length = size;
    if (size <= sizeof slot.value.inlined.inlined) {
        std::memset(slot.value.inlined.inlined, 0, sizeof slot.value.inlined.inlined);
        if (size != 0) std::memcpy(slot.value.inlined.inlined, text.data(), size);
    } else {
        std::memcpy(slot.value.pointer.prefix, text.data(), sizeof slot.value.pointer.prefix);
        slot.value.pointer.ptr = const_cast<char*>(text.data());  // Only read: appending copies.
    }
}

std::string_view ChunkWriter::checked(std::string_view text) {
    // One text that is no UTF-8 would fail the whole batch, each time it is tried.
    if (is_ascii(text) || json::is_valid_utf8(text)) return text;
    return mended_.emplace_back(json::to_valid_utf8(text));
}

void ChunkWriter::add(const MessageRecords& message, const LogRecord& record) {
    const auto nanos = to_nanos(record.timestamp);
    const auto set = [this]<class T>(ColumnBit bit, T value) { static_cast<T*>(columns_[index_of(bit)])[rows_] = value; };
    set(kSeqColumn, message.sequence);
    set(kOrdColumn, record.ordinal);
    set(kTimeColumn, nanos);
    set(kLevelColumn, static_cast<std::uint8_t>(record.level));
    set(kFlagsColumn,
        static_cast<std::uint8_t>((record.timestamp_is_receipt ? kTimestampIsReceipt : 0) | (record.has_rejected ? kHasRejected : 0)));

    const std::array views{record.service, record.host, record.message, record.tags, record.fields};
    const std::array texts{checked(views[0]), checked(views[1]), checked(views[2]), checked(views[3]), checked(views[4])};
    const auto source = checked(message.source);
    set_text(index_of(kSourceColumn), source);
    set_text(index_of(kServiceColumn), texts[0]);
    set_text(index_of(kHostColumn), texts[1]);
    set_text(index_of(kMessageColumn), texts[2]);
    set_text(index_of(kTagsColumn), texts[3]);
    set_text(index_of(kFieldsColumn), texts[4]);

    const bool as_it_came = std::equal(views.begin(), views.end(), texts.begin(), [](auto a, auto b) { return a.data() == b.data(); });
    const auto form = as_it_came ? form_maker_.form_of(record) : std::nullopt;
    const auto number = form ? forms_->number_of(*form) : std::uint16_t{0};
    set(kFormColumn, number);
    set_text(index_of(kRawColumn), number == 0 ? record.raw : std::string_view{});

    hashes_.clear();
    search::append_terms(hashes_, {.level = record.level,
                                   .source = source,
                                   .service = texts[0],
                                   .host = texts[1],
                                   .message = texts[2],
                                   .tags = texts[3],
                                   .fields = texts[4],
                                   .raw = {}});
    for (const auto hash : hashes_) terms_->insert(hash);

    written_.time_min = std::min(written_.time_min, nanos);
    written_.time_max = std::max(written_.time_max, nanos);
    ++written_.rows;
    ++rows_;
}

}  // namespace logchute::store::duck
