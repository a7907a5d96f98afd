#include "logchute/core/batch_parser.hpp"

#include <array>
#include <cstring>

#include "json_builder.hpp"
#include "line_parsers.hpp"
#include "logchute/core/json_text.hpp"
#include "logchute/core/lines.hpp"

namespace logchute {
namespace {

constexpr std::array<std::string_view, 6> kFormatNames{"auto", "json", "logfmt", "clf", "syslog", "plain"};
constexpr std::array<std::string_view, kReasonCount> kReasonNames{"invalid_format", "invalid_json", "invalid_timestamp",
                                                                  "invalid_utf8",   "too_long",     "empty"};

/// A message of millions of tiny lines must not keep its memory for ever.
constexpr std::size_t kRecordsKept = 256 * 1024;
constexpr std::size_t kBadLinesKept = 16 * 1024;

/// What a record is before it is read. (A copy is cheaper than what GCC makes of clearing one: `rep stos`.)
constexpr LogRecord kBlank{};

/// The format whose head `line` has. Looks alone decide, line by line, so the same line is always read the same way.
Format format_of(std::string_view line) noexcept {
    if (looks_like_json(line)) return Format::json;
    if (looks_like_syslog(line)) return Format::syslog;
    if (looks_like_clf(line)) return Format::clf;
    if (looks_like_logfmt(line)) return Format::logfmt;
    return Format::plain;
}

/// One message on its way through.
class Message {
public:
    Message(std::string_view text, const BatchOptions& options, ParsedBatch& out)
        : at_(text.data()),
          end_(text.data() + text.size()),
          options_(options),
          joins_(options.join && (options.format == Format::automatic || options.format == Format::plain)),
          out_(out),
          context_{options, out.arena(), end_} {
        default_service_ = clean_service(options.default_service);
        default_tags_ = clean_tags(options.default_tags);
    }

    void parse() {
        std::string_view next;
        bool more = next_line(next);
        while (more) {
            const std::string_view first = next;
            const bool is_too_long = first.size() > options_.line_bytes_max;
            std::string_view lines = first;
            std::size_t bytes = is_too_long ? 0 : first.size();
            more = next_line(next);
            while (joins_ && more && joins_record(next, bytes, options_.line_bytes_max)) {
                lines = std::string_view(first.data(), static_cast<std::size_t>(next.data() + next.size() - first.data()));
                bytes += 1 + next.size();
                more = next_line(next);
            }
            if (is_too_long) {
                refuse_long_line(first);
            } else {
                take(first, lines);
            }
        }
    }

private:
    /// The next line that is not blank, without its line end.
    bool next_line(std::string_view& line) noexcept {
        while (at_ != end_) {
            const char* const begin = at_;
            const auto* feed = static_cast<const char*>(std::memchr(begin, '\n', static_cast<std::size_t>(end_ - begin)));
            at_ = feed == nullptr ? end_ : feed + 1;
            line = without_cr(std::string_view(begin, static_cast<std::size_t>((feed == nullptr ? end_ : feed) - begin)));
            if (is_blank(line)) continue;
            ++out_.lines;
            return true;
        }
        return false;
    }

    // --- one record

    /// `lines` is the whole record, `first` its first line.
    void take(std::string_view first, std::string_view lines) {
        LogRecord& record = out_.records.emplace_back(kBlank);
        record.raw = lines;
        record.ordinal = ordinal_;
        Refusal refusal;
        if (options_.format == Format::automatic) {
            parse_by_looks(first, record);
            complete(record);
        } else if (parse_as(options_.format, record, refusal)) {
            complete(record);
        } else {
            out_.bad.push_back({ordinal_, refusal.reason, lines, std::move(refusal.detail)});
            out_.records.pop_back();
        }
        ++ordinal_;
    }

    /// Forgets what a parser that refused may have left in the record.
    void start(LogRecord& record, std::string_view lines) const noexcept {
        record = LogRecord();
        record.raw = lines;
        record.ordinal = ordinal_;
    }

    bool parse_as(Format format, LogRecord& record, Refusal& refusal) {
        switch (format) {
            case Format::automatic: break;
            case Format::json: return parse_json_line(record.raw, context_, record, refusal);
            case Format::logfmt: return parse_logfmt_line(record.raw, context_, record, refusal);
            case Format::clf: return parse_clf_line(record.raw, context_, record, refusal);
            case Format::syslog: return parse_syslog_line(record.raw, context_, record, refusal);
            case Format::plain: break;
        }
        parse_plain_line(record.raw, context_, record);
        return true;
    }

    void parse_by_looks(std::string_view first, LogRecord& record) {
        const std::string_view lines = record.raw;
        const Format format = format_of(first);
        const bool is_joined = first.size() != lines.size();
        if (is_joined && (format == Format::json || format == Format::logfmt || format == Format::clf)) {
            if (try_with_tail(format, first, lines, record)) return;
            if (format == Format::json && try_format(format, lines, record)) return;  // an object over several lines
        } else if (format != Format::plain) {
            if (try_format(format, lines, record)) return;
        }
        start(record, lines);
        parse_plain_line(lines, context_, record);
    }

    bool try_format(Format format, std::string_view text, LogRecord& record) {
        start(record, text);
        Refusal refusal;
        return parse_as(format, record, refusal);
    }

    /// A stack trace behind a line of a format that knows no such thing: the line is the record, and the trace the rest of its message.
    bool try_with_tail(Format format, std::string_view first, std::string_view lines, LogRecord& record) {
        if (!try_format(format, first, record)) return false;
        record.raw = lines;
        const std::string tail = json::to_valid_utf8(lines.substr(first.size()));
        char* const message = context_.arena.allocate(record.message.size() + tail.size());
        const std::size_t size = record.message.copy(message, record.message.size());
        tail.copy(message + size, tail.size());
        record.message = std::string_view(message, size + tail.size());
        return true;
    }

    void complete(LogRecord& record) {
        if (record.timestamp_is_receipt) record.timestamp = options_.received;
        if (record.service.empty()) record.service = default_service_;
        if (!default_tags_.empty()) record.tags = record.tags.empty() ? default_tags_ : merged_tags(record.tags);
    }

    std::string_view merged_tags(std::string_view own) {
        JsonObjectBuilder builder(context_.arena, own.size() + default_tags_.size());
        builder.add_members(own.substr(1, own.size() - 2));
        std::size_t at = 0;
        while (const auto tag = json::next_member(default_tags_, at)) {
            if (!json::find_key(own, json::unquote(tag->quoted_key, scratch_))) {
                builder.add_quoted_json(tag->quoted_key, tag->value);
            }
        }
        return builder.finish();
    }

    void refuse_long_line(std::string_view line) {
        out_.bad.push_back({ordinal_++, Reason::too_long, line,
                            "the line is " + std::to_string(line.size()) + " bytes long, more than the " +
                                std::to_string(options_.line_bytes_max) + " that are taken"});
    }

    // --- what the message says for all its records: headers, which may hold anything

    std::string_view clean_service(std::string_view service) {
        if (service.size() > kNameBytesMax) return {};
        return context_.arena.copy(json::is_valid_utf8(service) ? service : json::to_valid_utf8(service));
    }

    std::string_view clean_tags(std::string_view tags) {
        if (tags.empty()) return {};
        // A record's own tags are checked, bounded and made compact: so are these, as the tags of a record that has nothing else.
        const std::string_view line = context_.arena.copy("{\"tags\":" + std::string(tags) + "}");
        LineContext context{options_, context_.arena};
        LogRecord record;
        Refusal refusal;
        return parse_json_line(line, context, record, refusal) ? record.tags : std::string_view();
    }

    const char* at_;
    const char* const end_;
    const BatchOptions& options_;
    const bool joins_;
    ParsedBatch& out_;
    LineContext context_;
    std::string_view default_service_;
    std::string_view default_tags_;
    std::string scratch_;
    std::uint32_t ordinal_ = 0;
};

template <std::size_t kCount>
std::optional<std::size_t> index_of(const std::array<std::string_view, kCount>& names, std::string_view name) noexcept {
    for (std::size_t i = 0; i < kCount; ++i) {
        if (names[i] == name) return i;
    }
    return std::nullopt;
}

}  // namespace

std::string_view to_string(Format format) noexcept { return kFormatNames[static_cast<std::size_t>(format)]; }

std::optional<Format> parse_format(std::string_view text) noexcept {
    const auto index = index_of(kFormatNames, text);
    return index ? std::optional(static_cast<Format>(*index)) : std::nullopt;
}

std::string_view to_string(Reason reason) noexcept { return kReasonNames[static_cast<std::size_t>(reason)]; }

std::optional<Reason> parse_reason(std::string_view text) noexcept {
    for (std::size_t i = 0; i < kReasonCount; ++i)
        if (kReasonNames[i] == text) return static_cast<Reason>(i);
    return std::nullopt;
}

ParsedBatch::ParsedBatch() : arena_(std::make_unique<Arena>()) {}
ParsedBatch::~ParsedBatch() = default;
ParsedBatch::ParsedBatch(ParsedBatch&&) noexcept = default;
ParsedBatch& ParsedBatch::operator=(ParsedBatch&&) noexcept = default;

void ParsedBatch::clear() noexcept {
    records.clear();
    bad.clear();
    if (records.capacity() > kRecordsKept) records.shrink_to_fit();
    if (bad.capacity() > kBadLinesKept) bad.shrink_to_fit();
    lines = 0;
    arena_->clear();
}

void BatchParser::parse(std::string_view text, const BatchOptions& options, ParsedBatch& out) {
    out.clear();
    Message(text, options, out).parse();
}

}  // namespace logchute
