#include "duckdb/chunk_writer.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "duckdb/layout.hpp"
#include "logchute/core/json_text.hpp"

namespace logchute::store::duck {
namespace {

constexpr std::size_t index_of(ColumnBit bit) { return static_cast<std::size_t>(__builtin_ctz(bit)); }

ChunkPtr make_chunk() {
    std::vector<TypePtr> owned;
    std::array<duckdb_logical_type, kColumnCount> types{};
    for (std::size_t i = 0; i < kColumnCount; ++i) {
        owned.push_back(make_type(kColumns[i].type));
        types[i] = owned.back().get();
    }
    return ChunkPtr(duckdb_create_data_chunk(types.data(), kColumnCount));
}

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

}  // namespace

ChunkWriter::ChunkWriter() : chunk_(make_chunk()), columns_(kColumnCount) {}

void ChunkWriter::begin_chunk() {
    duckdb_data_chunk_reset(chunk_.get());
    for (std::size_t i = 0; i < kColumnCount; ++i) columns_[i] = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk_.get(), i));
    rows_ = 0;
    mended_.clear();
}

Result<void> ChunkWriter::flush(duckdb_appender appender) {
    duckdb_data_chunk_set_size(chunk_.get(), rows_);
    if (duckdb_append_data_chunk(appender, chunk_.get()) != DuckDBSuccess) return failure(duckdb_appender_error_data(appender));
    begin_chunk();
    return {};
}

Result<ChunkWriter::Written> ChunkWriter::write(Connection& connection, const std::string& database,
                                                std::span<const MessageRecords> messages, Forms& forms, TermSet& terms) {
    duckdb_appender raw = nullptr;
    const auto created = duckdb_appender_create_ext(connection.get(), database.c_str(), "main", "logs", &raw);
    const AppenderPtr appender(raw);
    if (created != DuckDBSuccess) return failure(duckdb_appender_error_data(raw));

    written_ = {};
    begin_chunk();
    const auto chunk_rows = duckdb_vector_size();
    for (const auto& message : messages) {
        for (const auto& record : message.records) {
            add(message, record, forms, terms);
            if (rows_ < chunk_rows) continue;
            if (auto done = flush(appender.get()); !done) return std::unexpected(std::move(done.error()));
        }
    }
    if (auto done = flush(appender.get()); !done) return std::unexpected(std::move(done.error()));
    // Closed by hand: the destructor would lose the reason of a failure.
    if (duckdb_appender_close(appender.get()) != DuckDBSuccess) return failure(duckdb_appender_error_data(appender.get()));
    return written_;
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

void ChunkWriter::add(const MessageRecords& message, const LogRecord& record, Forms& forms, TermSet& terms) {
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
    const auto number = form ? forms.number_of(*form) : std::uint16_t{0};
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
    for (const auto hash : hashes_) terms.insert(hash);

    written_.time_min = std::min(written_.time_min, nanos);
    written_.time_max = std::max(written_.time_max, nanos);
    ++written_.rows;
    ++rows_;
}

}  // namespace logchute::store::duck
