// Every line parser against any bytes. The first byte chooses the format and the options, the rest is the message.
//
// Whatever comes in: each line ends as part of one record or one bad line, in order; texts are UTF-8 and stand within their limits; tags and
// fields are JSON that another parser takes; and a declared format refuses nothing that auto would lose. For json a second parser decides
// which lines are to be taken.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "logchute/core/batch_parser.hpp"
#include "logchute/core/json_text.hpp"

using namespace logchute;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

constexpr std::string_view kDefaultTags = R"({"upload":"u1","n":7})";
constexpr Timestamp kReceived = from_nanos(1'795'228'081'000'000'000);

BatchOptions options_of(std::uint8_t choice) {
    BatchOptions options;
    options.format = static_cast<Format>(choice % 6);
    options.join = (choice & 0x40) != 0;
    options.received = kReceived;
    options.default_service = "filler";
    if ((choice & 0x20) != 0) options.default_tags = kDefaultTags;
    if ((choice & 0x80) != 0) options.line_bytes_max = 64;
    return options;
}

bool lies_in(std::string_view view, std::string_view text) {
    return view.data() >= text.data() && view.data() + view.size() <= text.data() + text.size();
}

/// nlohmann's parser refuses numbers beyond a double, which stay as they stand.
bool may_be_beyond_double(std::string_view text) { return text.find_first_of("eE") != text.npos || text.size() > 300; }

void check_tags(const LogRecord& record, const BatchOptions& options) {
    if (record.tags.empty()) return require(options.default_tags.empty());
    const auto tags = nlohmann::json::parse(record.tags, nullptr, false);
    require(tags.is_object() && !tags.empty() && tags.size() <= kTagsMax + 2);
    for (const auto& tag : tags.items()) require(tag.key().size() <= kTagBytesMax && tag.value().is_string());
    if (!options.default_tags.empty()) require(tags.contains("upload") && tags.contains("n"));
}

void check_fields(const LogRecord& record) {
    if (record.fields.empty()) return require(!record.has_rejected);
    const auto fields = nlohmann::json::parse(record.fields, nullptr, false);
    if (fields.is_discarded()) return require(may_be_beyond_double(record.fields));
    require(fields.is_object() && !fields.empty());
    require(record.has_rejected == fields.contains("_rejected"));
}

void check_record(const LogRecord& record, const BatchOptions& options, std::string_view text) {
    require(lies_in(record.raw, text) && !record.raw.empty());
    require(record.timestamp_text.empty() || lies_in(record.timestamp_text, record.raw));
    require(!record.timestamp_is_receipt || record.timestamp == kReceived);
    require(json::is_valid_utf8(record.message) && json::is_valid_utf8(record.service) && json::is_valid_utf8(record.host));
    require(!record.service.empty() && record.service.size() <= kNameBytesMax && record.host.size() <= kNameBytesMax);
    check_tags(record, options);
    check_fields(record);
    std::string shown;
    append_record_json(shown, record, "id", "source");
    require(nlohmann::json::accept(shown) || may_be_beyond_double(record.fields));
}

/// What nlohmann's parser refuses and ours takes: half a surrogate pair, a number beyond a double.
bool may_be_refused(std::string_view line) { return line.find("\\u") != line.npos || may_be_beyond_double(line); }

void check_json_line(std::string_view line, bool taken) {
    const auto parsed = nlohmann::json::parse(line, nullptr, false);
    const bool is_cut = line.find('\0') != line.npos;  // which nlohmann takes for the end of the text
    if (parsed.is_object() && !is_cut) require(taken || line.size() > 512);  // deeper than anybody should go
    if (taken) require(parsed.is_object() || may_be_refused(line));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const BatchOptions options = options_of(data[0]);
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    static ParsedBatch batch;  // used again and again, as in the services
    BatchParser().parse(text, options, batch);

    std::size_t bad = 0;
    std::size_t good = 0;
    const char* last_end = text.data();
    for (std::uint32_t ordinal = 0; good + bad < batch.records.size() + batch.bad.size(); ++ordinal) {
        const bool is_bad = bad < batch.bad.size() && batch.bad[bad].ordinal == ordinal;
        const std::string_view raw = is_bad ? batch.bad[bad].raw : batch.records[good].raw;
        if (is_bad) {
            require(!batch.bad[bad].detail.empty() && lies_in(raw, text));
            const bool is_declared = options.format != Format::automatic && options.format != Format::plain;
            require((batch.bad[bad].reason == Reason::too_long) == (raw.size() > options.line_bytes_max));
            require(is_declared || batch.bad[bad].reason == Reason::too_long);
        } else {
            require(batch.records[good].ordinal == ordinal);
            check_record(batch.records[good], options, text);
        }
        if (options.format == Format::json && raw.size() <= options.line_bytes_max) check_json_line(raw, !is_bad);
        // Between one record and the next there are line ends and blanks, and nothing else.
        require(raw.data() >= last_end);
        require(std::all_of(last_end, raw.data(), [](char c) { return c == '\n' || is_blank(std::string_view(&c, 1)); }));
        last_end = raw.data() + raw.size();
        ++(is_bad ? bad : good);
    }
    require(options.join ? good + bad <= batch.lines : good + bad == batch.lines);
    return 0;
}
