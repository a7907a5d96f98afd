#include "logchute/bus/log_message.hpp"

#include <zstd.h>

#include <charconv>

#include "logchute/bus/names.hpp"
#include "logchute/core/json_text.hpp"

#include <nlohmann/json.hpp>

namespace logchute::bus {
namespace {

std::unexpected<Error> unknown(std::string_view header, std::string_view value, std::string_view known) {
    return fail(Errc::invalid,
                "unknown " + std::string(header) + " '" + json::to_valid_utf8(value.substr(0, 64)) + "'; use " + std::string(known));
}

/// True for a JSON object whose values are all strings: what may be merged into a record's tags as it stands.
bool is_object_of_strings(std::string_view text) {
    const auto parsed = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!parsed.is_object() || parsed.size() > kTagsMax) return false;
    for (const auto& value : parsed)
        if (!value.is_string()) return false;
    return true;
}

/// What the headers say about the lines.
Result<BatchOptions> batch_options(const Message& message, Timestamp received) {
    BatchOptions options;
    options.received = received;
    options.join = message.header(kJoinHeader) == "true";
    if (const auto name = message.header(kFormatHeader); !name.empty()) {
        const auto format = parse_format(name);
        if (!format) return unknown(kFormatHeader, name, "auto, json, logfmt, clf, syslog or plain");
        options.format = *format;
    }
    options.default_service = message.header(kServiceHeader);
    if (options.default_service.size() > kNameBytesMax || !json::is_valid_utf8(options.default_service))
        return fail(Errc::invalid, std::string(kServiceHeader) + " must be UTF-8 of at most " + std::to_string(kNameBytesMax) + " bytes");
    options.default_tags = message.header(kTagsHeader);
    if (!options.default_tags.empty() && !is_object_of_strings(options.default_tags))
        return fail(Errc::invalid, std::string(kTagsHeader) + " must be a JSON object of strings");
    if (const auto encoding = message.header(kEncodingHeader); !encoding.empty() && encoding != "zstd" && encoding != "identity")
        return unknown(kEncodingHeader, encoding, "zstd, or leave it out");
    return options;
}

}  // namespace

struct LogMessageReader::Decompressor {
    std::unique_ptr<ZSTD_DCtx, decltype([](ZSTD_DCtx* context) { ZSTD_freeDCtx(context); })> context{ZSTD_createDCtx()};

    /// Streams, because a frame need not say how long its content is, and may lie about it.
    Result<void> decompress(std::string_view frame, std::string& out) {
        out.clear();
        ZSTD_DCtx_reset(context.get(), ZSTD_reset_session_only);
        ZSTD_inBuffer in{frame.data(), frame.size(), 0};
        const std::size_t piece = ZSTD_DStreamOutSize();
        std::size_t left = 1;
        while (in.pos < in.size || left != 0) {
            const std::size_t begin = out.size();
            if (begin + piece > kMessageTextBytesMax)
                return fail(Errc::invalid, "the message decompresses to more than " + std::to_string(kMessageTextBytesMax) + " bytes");
            out.resize(begin + piece);
            ZSTD_outBuffer to{out.data() + begin, piece, 0};
            left = ZSTD_decompressStream(context.get(), &to, &in);
            out.resize(begin + to.pos);
            if (ZSTD_isError(left) != 0U) return fail(Errc::invalid, std::string("zstd: ") + ZSTD_getErrorName(left));
            if (in.pos == in.size && to.pos < piece && left != 0) return fail(Errc::invalid, "zstd: the message is cut short");
        }
        return {};
    }
};

LogMessageReader::LogMessageReader(std::size_t line_bytes_max)
    : decompressor_(std::make_unique<Decompressor>()), line_bytes_max_(line_bytes_max) {}
LogMessageReader::~LogMessageReader() = default;
LogMessageReader::LogMessageReader(LogMessageReader&&) noexcept = default;
LogMessageReader& LogMessageReader::operator=(LogMessageReader&&) noexcept = default;

std::string_view source_of(std::string_view subject) noexcept {
    return subject.starts_with(kLogsPrefix) ? subject.substr(kLogsPrefix.size()) : subject;
}

std::optional<std::uint64_t> records_told(const Message& message) noexcept {
    const std::string_view text = message.header(kRecordsHeader);
    std::uint64_t records = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), records);
    return !text.empty() && error == std::errc{} && end == text.data() + text.size() ? std::optional(records) : std::nullopt;
}

LogMessage LogMessageReader::read(const Message& message, std::string& scratch, ParsedBatch& out) {
    const LogMessage log{.sequence = message.sequence(),
                         .received = message.received(),
                         .source = source_of(message.subject()),
                         .upload = message.header(kUploadHeader),
                         .records = records_told(message)};
    const auto refuse = [&](Reason reason, std::string detail) {
        out.clear();
        out.lines = 1;
        out.bad.push_back({.ordinal = 0, .reason = reason, .raw = message.payload(), .detail = std::move(detail)});
    };
    // Only what was left of a line that is too long for a message: whoever published it says how long it was.
    if (const auto length = message.header(kLengthHeader); !length.empty()) {
        refuse(Reason::too_long, "the line has " + std::string(length.substr(0, 20)) + " bytes; " + std::to_string(line_bytes_max_) +
                                     " are the most (gateway.line_bytes_max)");
        return log;
    }
    auto options = batch_options(message, log.received);
    if (!options) {
        refuse(Reason::invalid_format, std::move(options).error().detail);
        return log;
    }
    options->line_bytes_max = line_bytes_max_;
    std::string_view text = message.payload();
    if (message.header(kEncodingHeader) == "zstd") {
        if (auto done = decompressor_->decompress(text, scratch); !done) {
            refuse(Reason::invalid_format, std::move(done).error().detail);
            return log;
        }
        text = scratch;
    }
    // An empty line is nothing, but whoever sends a message and says what is in it has lost something.
    if (text.empty() && options->format != Format::automatic) {
        refuse(Reason::empty, "the message is empty, though its header " + std::string(kFormatHeader) + " says " +
                                  std::string(to_string(options->format)));
        return log;
    }
    parser_.parse(text, *options, out);
    return log;
}

}  // namespace logchute::bus
