// Syslog, the new and the old:
//   <165>1 2026-01-05T10:00:00.003Z host app 4711 ID47 [id@32473 iut="3"] message                     RFC 5424
//   <34>Jan  5 10:00:00 host tag[4711]: message                                                       RFC 3164
//   Jan  5 10:00:00 host tag: message          2026-01-05T10:00:00.003+01:00 host tag: message        as files keep it, without the
//   priority
//
// APP-NAME or TAG is the service. Structured data become fields by the parameter's name; where that name is taken, by "id.name".
// RFC 3164 tells what was usual rather than what is allowed: a message behind <PRI> may lack the time, the host or the tag, and is taken.

#include <algorithm>
#include <array>
#include <charconv>

#include "arena_list.hpp"
#include "json_builder.hpp"
#include "json_number.hpp"
#include "line_parsers.hpp"
#include "name_set.hpp"
#include "refuse.hpp"
#include "time_head.hpp"

namespace logchute {
namespace {

constexpr unsigned kPriorityMax = 191;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::array<std::string_view, 24> kFacilities{"kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
                                                       "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "audit",  "alert",  "clock",
                                                       "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};
static_assert(kFacilities.size() * 8 == kPriorityMax + 1);

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The number in "<34>"; `size` is how long that is. Nothing where no such thing stands at the start of `line`.
std::optional<unsigned> read_priority(std::string_view line, std::size_t& size) noexcept {
    if (!line.starts_with('<')) return std::nullopt;
    unsigned priority = 0;
    std::size_t at = 1;
    for (; at < line.size() && at <= 3 && is_digit(line[at]); ++at) priority = priority * 10 + static_cast<unsigned>(line[at] - '0');
    if (at == 1 || at >= line.size() || line[at] != '>' || priority > kPriorityMax) return std::nullopt;
    size = at + 1;
    return priority;
}

/// "tag: " or "tag[pid]: " at the start of what follows the host.
struct Tag {
    std::string_view name;
    std::string_view pid;
    std::size_t size = 0;  ///< Up to where the message begins; 0 where there is no tag.
};

Tag read_tag(std::string_view text) noexcept {
    const std::string_view word = text.substr(0, text.find(' '));
    const std::size_t name_end = word.find_first_of("[:");
    if (name_end == word.npos || name_end == 0 || name_end > kNameBytesMax) return {};
    Tag tag{word.substr(0, name_end), {}, name_end};
    if (word[name_end] == '[') {
        const std::size_t bracket = word.find(']', name_end);
        if (bracket == word.npos) return {};
        tag.pid = word.substr(name_end + 1, bracket - name_end - 1);
        tag.size = bracket + 1;
    }
    if (tag.size < word.size() && word[tag.size] == ':') ++tag.size;
    if (tag.size != word.size()) return {};
    tag.size += tag.size < text.size() ? 1U : 0U;  // the blank
    return tag;
}

/// Whether `word` is a tag where a host is expected: senders leave the host out.
bool is_tag(std::string_view word) noexcept { return word.ends_with(':') || word.find('[', 1) != word.npos; }

class SyslogLine {
public:
    SyslogLine(std::string_view line, LineContext& context, LogRecord& record, Refusal& refusal)
        : line_(line), context_(context), record_(record), refusal_(refusal), params_(context.arena) {}

    bool parse() {
        record_.timestamp_is_receipt = true;
        priority_ = read_priority(line_, at_);
        if (!priority_ && line_.starts_with('<')) return refuse_here("expected a priority from <0> to <191>");
        if (!(priority_ && rest().starts_with("1 ") ? read_new() : read_old())) return false;
        if (rest().starts_with(kByteOrderMark)) at_ += kByteOrderMark.size();
        record_.message = rest();
        if (priority_) record_.level = level_from_number(*priority_ % 8).value_or(Level::unknown);
        record_.fields = build_fields();
        return true;
    }

private:
    struct Param {
        std::string_view id, name, value;
    };

    [[nodiscard]] std::string_view rest() const noexcept { return line_.substr(at_); }
    [[nodiscard]] char peek() const noexcept { return at_ < line_.size() ? line_[at_] : '\0'; }
    bool refuse_here(std::string_view problem) { return refuse(refusal_, Reason::invalid_format, at_ + 1, problem); }
    bool refuse_time(std::string_view problem) { return refuse(refusal_, Reason::invalid_timestamp, at_ + 1, problem); }

    void skip_blanks() noexcept {
        while (peek() == ' ') ++at_;
    }
    /// Up to the next blank, which is taken too.
    bool read_word(std::string_view& word) noexcept {
        const std::size_t blank = line_.find(' ', at_);
        if (blank == line_.npos || blank == at_) return false;
        word = line_.substr(at_, blank - at_);
        at_ = blank + 1;
        return true;
    }

    void take_time(Timestamp at, std::string_view text) noexcept {
        record_.timestamp = at;
        record_.timestamp_is_receipt = false;
        record_.timestamp_text = text;
    }

    // --- RFC 5424

    bool read_new() {
        at_ += 2;
        if (!read_new_time()) return false;
        if (!read_word(host_) || !read_word(service_) || !read_word(pid_) || !read_word(message_id_)) {
            return refuse_here("expected: <priority>1 time host app process message-id [data] message, '-' for what there is not");
        }
        if (peek() == '-') {
            ++at_;
        } else if (!read_structured_data()) {
            return false;
        }
        if (at_ == line_.size()) return true;
        if (peek() != ' ') return refuse_here("expected a blank behind the structured data");
        ++at_;
        return true;
    }

    bool read_new_time() {
        const std::size_t begin = at_;
        std::string_view text;
        if (!read_word(text)) return refuse_here("expected a time, or '-'");
        if (text == "-") return true;
        if (const auto time = parse_rfc3339(text)) {
            take_time(*time, text);
            return true;
        }
        at_ = begin;
        return refuse_time("this is no time such as 2026-01-05T10:00:00.003Z");
    }

    bool read_structured_data() {
        if (peek() != '[') return refuse_here("expected '[' or '-' where structured data belong");
        while (peek() == '[') {
            ++at_;
            std::string_view id;
            if (!read_name(id)) return refuse_here("expected the name of the structured data");
            while (peek() == ' ') {
                skip_blanks();
                if (peek() != ']' && !read_param(id)) return false;
            }
            if (peek() != ']') return refuse_here("expected ']' or a blank: this bracket is never closed");
            ++at_;
        }
        return true;
    }

    bool read_name(std::string_view& name) noexcept {
        const std::size_t begin = at_;
        while (static_cast<unsigned char>(peek()) > ' ' && peek() != '=' && peek() != ']' && peek() != '"') ++at_;
        name = line_.substr(begin, at_ - begin);
        return !name.empty();
    }

    bool read_param(std::string_view id) {
        Param param{id, {}, {}};
        if (!read_name(param.name)) return refuse_here("expected the name of a parameter");
        if (!rest().starts_with("=\"")) return refuse_here("expected =\" behind the name of a parameter");
        at_ += 2;
        const std::size_t begin = at_;
        bool has_escapes = false;
        for (; peek() != '"'; ++at_) {
            if (at_ >= line_.size()) return refuse(refusal_, Reason::invalid_format, begin, "this quote is never closed");
            if (peek() != '\\') continue;
            has_escapes = true;
            ++at_;
        }
        param.value = line_.substr(begin, at_ - begin);
        ++at_;
        if (has_escapes) param.value = unescaped(param.value);
        params_.push_back(param);
        return true;
    }

    /// A backslash in front of anything but `"`, `\` and `]` is a backslash.
    std::string_view unescaped(std::string_view text) {
        char* const out = context_.arena.allocate(text.size());
        std::size_t size = 0;
        for (std::size_t at = 0; at < text.size(); ++at) {
            const bool is_escape = text[at] == '\\' && at + 1 < text.size() && std::string_view("\"\\]").contains(text[at + 1]);
            out[size++] = text[is_escape ? ++at : at];
        }
        context_.arena.trim(text.size(), size);
        return {out, size};
    }

    // --- RFC 3164

    bool read_old() {
        const bool is_bsd = bsd_time_shape(rest()) != 0;
        const auto time = read_time_head(rest(), context_.options.received);
        if (!time && is_bsd) return refuse_time("this is no possible date");
        if (!time && !priority_) return refuse_here("expected <priority>, or a time such as 'Jan  5 10:00:00'");
        if (time) {
            take_time(time->at, rest().substr(0, time->size));
            at_ += time->size;
            if (peek() != ' ' && at_ != line_.size()) return refuse_here("expected a blank behind the time");
            skip_blanks();
            if (!read_host() && !priority_) return refuse_here("expected a host behind the time");
        }
        const Tag tag = read_tag(rest());
        service_ = tag.name;
        pid_ = tag.pid;
        at_ += tag.size;
        return true;
    }

    /// False where there is neither a host nor a tag.
    bool read_host() noexcept {
        const std::string_view text = rest();
        const std::string_view word = text.substr(0, text.find(' '));
        if (word.empty()) return false;
        if (is_tag(word)) return true;
        if (word.size() == text.size()) return false;
        host_ = word;
        at_ += word.size() + 1;
        return true;
    }

    // --- the record

    std::string_view build_fields() {
        name_params();
        JsonObjectBuilder builder(context_.arena, 2 * (at_ + host_.size()) + 128);
        record_.host = name_or_nothing(host_);
        record_.service = name_or_nothing(service_);
        if (priority_) builder.add_string("facility", kFacilities[*priority_ / 8]);
        if (is_there(pid_)) {
            const bool is_number = std::ranges::all_of(pid_, is_digit) && json::is_plain_number(pid_);
            is_number ? builder.add_json("pid", pid_) : builder.add_string("pid", pid_);
        }
        if (is_there(message_id_)) builder.add_string("msgid", message_id_);
        for (const Param& param : params_) builder.add_string(param.name, param.value);
        if (record_.has_rejected) {
            builder.begin_object("_rejected");
            if (host_.size() > kNameBytesMax) builder.add_string("host", host_);
            if (service_.size() > kNameBytesMax) builder.add_string("service", service_);
            builder.end_object();
        }
        return builder.finish();
    }

    static bool is_there(std::string_view text) noexcept { return !text.empty() && text != "-"; }

    std::string_view name_or_nothing(std::string_view name) noexcept {
        if (!is_there(name)) return {};
        if (name.size() <= kNameBytesMax) return name;
        record_.has_rejected = true;
        return {};
    }

    /// Gives each parameter a name of its own: "ip", "origin.ip", "origin#2.ip".
    void name_params() {
        if (params_.empty()) return;
        NameSet names(context_.arena);
        for (const std::string_view taken : {"facility", "pid", "msgid", "_rejected"}) names.insert(taken);
        unsigned next_number = 2;
        for (Param& param : params_) {
            if (names.insert(param.name)) continue;
            const std::string_view name = param.name;
            param.name = joined(param.id, ".", name);
            while (!names.insert(param.name)) {
                std::array<char, 12> digits;
                const char* const digits_end = std::to_chars(digits.data(), digits.data() + digits.size(), next_number++).ptr;
                const std::string_view number(digits.data(), static_cast<std::size_t>(digits_end - digits.data()));
                param.name = joined(joined(param.id, "#", number), ".", name);
            }
        }
    }

    std::string_view joined(std::string_view head, std::string_view between, std::string_view tail) {
        const std::size_t size = head.size() + between.size() + tail.size();
        char* const out = context_.arena.allocate(size);
        char* at = out;
        for (const std::string_view part : {head, between, tail}) at += part.copy(at, part.size());
        return {out, size};
    }

    const std::string_view line_;
    LineContext& context_;
    LogRecord& record_;
    Refusal& refusal_;
    std::size_t at_ = 0;
    std::optional<unsigned> priority_;
    std::string_view host_, service_, pid_, message_id_;
    ArenaList<Param, 16> params_;
};

constexpr bool is_host_char(char c) noexcept { return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_' || c == ':'; }

/// "host rest" or "tag: rest" behind a time. A level there means that it is no syslog.
bool is_host_and_more(std::string_view text) noexcept {
    if (!text.starts_with(' ')) return false;
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const std::string_view word = text.substr(0, text.find(' '));
    if (word.empty()) return false;
    if (is_tag(word)) return read_tag(text).size != 0 && !parse_level(read_tag(text).name);
    return word.size() < text.size() && std::ranges::all_of(word, is_host_char) && !parse_level(word);
}

/// "2026-01-05T", as far as it shows.
bool is_iso_shape(std::string_view text) noexcept { return text.size() > 19 && is_digit(text[0]) && text[4] == '-' && text[10] == 'T'; }

/// rsyslog and journalctl write the offset as a number and a tag with a colon; without both, many a plain line has the same shape.
bool is_iso_syslog(std::string_view line) noexcept {
    if (!is_iso_shape(line)) return false;
    const auto time = read_time_head(line, Timestamp{});
    if (!time || time->zone != HeadZone::offset || !is_host_and_more(line.substr(time->size))) return false;
    const std::string_view host_on = line.substr(std::min(time->size + 1, line.size()));
    const Tag tag = read_tag(host_on.substr(std::min(host_on.find(' '), host_on.size() - 1) + 1));
    return tag.size != 0 && !parse_level(tag.name);
}

}  // namespace

bool parse_syslog_line(std::string_view line, LineContext& context, LogRecord& record, Refusal& refusal) {
    return check_utf8(line, refusal) && SyslogLine(line, context, record, refusal).parse();
}

bool looks_like_syslog(std::string_view line) noexcept {
    if (line.empty()) return false;
    if (line.front() == '<') {
        std::size_t size = 0;
        if (!read_priority(line, size)) return false;
        line.remove_prefix(size);
        return line.starts_with("1 ") || bsd_time_shape(line) != 0 || is_iso_shape(line);
    }
    if (is_digit(line.front())) return is_iso_syslog(line);
    const std::size_t time = bsd_time_shape(line);
    return time != 0 && is_host_and_more(line.substr(time));
}

}  // namespace logchute
