// Common and Combined Log Format, as web servers write their access logs:
//   host ident user [10/Oct/2000:13:55:36 -0700] "GET /x HTTP/1.0" 200 2326 "referer" "user agent" ...
//
// The message is the request. The client is a field, `remote_addr`: `host` is the machine that logged, which this format does not name.
// "-" means that there is nothing, and becomes no field. Within quotes, \" \\ and \xNN are undone where the outcome is text; what would be
// a control character or no UTF-8 stays escaped, so that a request full of binary rubbish remains harmless and readable.

#include <algorithm>
#include <cstring>

#include "json_builder.hpp"
#include "json_number.hpp"
#include "json_string.hpp"
#include "line_parsers.hpp"
#include "refuse.hpp"
#include "time_head.hpp"

namespace logchute {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_digits(std::string_view text) noexcept { return !text.empty() && std::ranges::all_of(text, is_digit); }
constexpr bool is_nothing(std::string_view text) noexcept { return text.empty() || text == "-"; }

constexpr int hex_digit(char c) noexcept {
    if (is_digit(c)) return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Undoes the escapes of `text` into `out`, which has room for all of it; \xNN beyond ASCII only if `high`. Returns the size.
std::size_t unescape(std::string_view text, bool high, char* out) noexcept {
    std::size_t size = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string_view rest = text.substr(at);
        if (rest.size() >= 2 && rest[0] == '\\' && (rest[1] == '"' || rest[1] == '\\')) {
            out[size++] = rest[1];
            at += 1;
            continue;
        }
        if (rest.size() >= 4 && rest[0] == '\\' && rest[1] == 'x' && hex_digit(rest[2]) >= 0 && hex_digit(rest[3]) >= 0) {
            const int byte = hex_digit(rest[2]) * 16 + hex_digit(rest[3]);
            if (byte >= 0x80 ? high : byte >= 0x20 && byte != 0x7f) {
                out[size++] = static_cast<char>(byte);
                at += 3;
                continue;
            }
        }
        out[size++] = rest[0];
    }
    return size;
}

struct Request {
    std::string_view method, path, protocol;
};

/// "GET /x HTTP/1.0", or "GET /x" as of old. A path may hold blanks; anything else is no request, and stays a message alone.
Request split_request(std::string_view request) noexcept {
    const std::size_t first = request.find(' ');
    if (first == request.npos || first == 0) return {};
    for (const char c : request.substr(0, first)) {
        if ((c < 'A' || c > 'Z') && c != '-' && c != '_') return {};
    }
    const std::size_t last = request.rfind(' ');
    if (request.substr(last + 1).starts_with("HTTP/") && last > first) {
        return {request.substr(0, first), request.substr(first + 1, last - first - 1), request.substr(last + 1)};
    }
    return {request.substr(0, first), request.substr(first + 1), {}};
}

/// "-" is below the digits.
constexpr Level level_of_status(std::string_view status) noexcept {
    if (status.front() >= '5') return Level::error;
    return status.front() == '4' ? Level::warn : Level::info;
}

class ClfLine {
public:
    ClfLine(std::string_view line, LineContext& context, LogRecord& record, Refusal& refusal)
        : line_(line),
          readable_end_(context.readable_end == nullptr ? line.data() + line.size() : context.readable_end),
          context_(context),
          record_(record),
          refusal_(refusal) {}

    bool parse() {
        if (std::memchr(line_.data(), '\n', line_.size()) != nullptr) return refuse_here("an access log has one line a request");
        if (!read_client() || !read_time() || !read_quoted(request_, "the request") || !read_numbers() || !read_rest()) return false;
        fill_record();
        return true;
    }

private:
    bool refuse_here(std::string_view problem) { return refuse(refusal_, Reason::invalid_format, at_ + 1, problem); }

    bool take_blank() noexcept {
        if (at_ >= line_.size() || line_[at_] != ' ') return false;
        ++at_;
        return true;
    }
    /// Up to the next blank, which is taken too.
    bool read_word(std::string_view& word) noexcept {
        const std::size_t blank = line_.find(' ', at_);
        if (blank == line_.npos || blank == at_) return false;
        word = line_.substr(at_, blank - at_);
        at_ = blank + 1;
        return true;
    }

    /// host ident user: the user's name may hold blanks.
    bool read_client() {
        if (!read_word(remote_addr_) || !read_word(ident_)) return refuse_here("expected: host ident user [time] \"request\" status bytes");
        const std::size_t bracket = line_.find(" [", at_);
        if (bracket == line_.npos || bracket == at_) return refuse_here("expected the user and then the time in brackets");
        user_ = line_.substr(at_, bracket - at_);
        at_ = bracket + 2;
        return true;
    }

    bool read_time() {
        const std::size_t bracket = line_.find(']', at_);
        if (bracket == line_.npos) return refuse_here("the bracket in front of the time is never closed");
        const std::string_view text = line_.substr(at_, bracket - at_);
        const auto time = read_clf_time(text);
        if (!time || time->size != text.size()) {
            return refuse(refusal_, Reason::invalid_timestamp, at_ + 1, "this is no time such as 10/Oct/2000:13:55:36 -0700");
        }
        record_.timestamp = time->at;
        record_.timestamp_text = text;
        at_ = bracket + 1;
        return take_blank() || refuse_here("expected a blank behind the time");
    }

    bool read_quoted(std::string_view& text, std::string_view what) {
        if (at_ >= line_.size() || line_[at_] != '"') return refuse_here("expected " + std::string(what) + " in quotes");
        const std::size_t begin = ++at_;
        const char* const end = line_.data() + line_.size();
        const char* at = line_.data() + begin;
        bool has_escapes = false;
        bool beyond_ascii = false;
        while ((at = json::find_special(at, end, readable_end_, beyond_ascii)) != end && *at != '"') {
            has_escapes |= *at == '\\';
            at += *at == '\\' && end - at > 1 ? 2 : 1;
        }
        if (at == end) return refuse(refusal_, Reason::invalid_format, begin, "this quote is never closed");
        at_ = static_cast<std::size_t>(at - line_.data());
        text = line_.substr(begin, at_ - begin);
        if (has_escapes) text = unescaped(text);
        ++at_;
        return true;
    }

    std::string_view unescaped(std::string_view text) {
        char* const out = context_.arena.allocate(text.size());
        std::size_t size = unescape(text, true, out);
        if (!json::is_valid_utf8({out, size})) size = unescape(text, false, out);
        context_.arena.trim(text.size(), size);
        return {out, size};
    }

    /// Status and bytes.
    bool read_numbers() {
        if (!take_blank()) return refuse_here("expected a blank and the status behind the request");
        const std::size_t status_end = std::min(line_.find(' ', at_), line_.size());
        status_ = line_.substr(at_, status_end - at_);
        if (status_ != "-" && (status_.size() != 3 || !is_digits(status_))) return refuse_here("expected a status of three digits, or '-'");
        at_ = status_end;
        if (!take_blank()) return refuse_here("expected a blank and the number of bytes behind the status");
        const std::size_t bytes_end = std::min(line_.find(' ', at_), line_.size());
        bytes_ = line_.substr(at_, bytes_end - at_);
        if (bytes_ != "-" && !is_digits(bytes_)) return refuse_here("expected the number of bytes, or '-'");
        at_ = bytes_end;
        return true;
    }

    /// Referer and user agent, both or neither; what servers are told to write behind them is kept as it stands.
    bool read_rest() {
        if (at_ == line_.size()) return true;
        if (!take_blank()) return refuse_here("expected a blank");
        if (at_ < line_.size() && line_[at_] == '"') {
            if (!read_quoted(referer_, "the referer")) return false;
            if (!take_blank()) return refuse_here("expected a blank and the user agent behind the referer");
            if (!read_quoted(user_agent_, "the user agent")) return false;
            if (at_ == line_.size()) return true;
            if (!take_blank()) return refuse_here("expected a blank behind the user agent");
        }
        extra_ = line_.substr(at_);
        return true;
    }

    void fill_record() {
        record_.level = level_of_status(status_);
        record_.message = request_;
        record_.fields = build_fields();
    }

    std::string_view build_fields() {
        JsonObjectBuilder builder(context_.arena, 2 * line_.size() + 128);
        const auto add = [&builder](std::string_view name, std::string_view text) {
            if (!is_nothing(text)) builder.add_string(name, text);
        };
        add("remote_addr", remote_addr_);
        add("ident", ident_);
        add("user", user_);
        const Request request = split_request(request_);
        add("method", request.method);
        add("path", request.path);
        add("protocol", request.protocol);
        // nginx writes 000 where it never came to an answer.
        if (json::is_plain_number(status_)) builder.add_json("status", status_);
        if (json::is_plain_number(bytes_)) builder.add_json("bytes", bytes_);
        add("referer", referer_);
        add("user_agent", user_agent_);
        add("extra", extra_);
        return builder.finish();
    }

    const std::string_view line_;
    const char* const readable_end_;
    LineContext& context_;
    LogRecord& record_;
    Refusal& refusal_;
    std::size_t at_ = 0;
    std::string_view remote_addr_, ident_, user_, request_, status_, bytes_, referer_, user_agent_, extra_;
};

}  // namespace

bool parse_clf_line(std::string_view line, LineContext& context, LogRecord& record, Refusal& refusal) {
    return check_utf8(line, refusal) && ClfLine(line, context, record, refusal).parse();
}

bool looks_like_clf(std::string_view line) noexcept {
    // host ident user: the shortest head is "h - - [", and no head is long.
    constexpr std::size_t kHeadMax = 256;
    const std::string_view head = line.substr(0, kHeadMax);
    const std::size_t host = head.find(' ');
    if (host == head.npos || host == 0) return false;
    const std::size_t ident = head.find(' ', host + 1);
    if (ident == head.npos || ident == host + 1) return false;
    const std::size_t bracket = head.find('[', ident + 1);
    if (bracket == head.npos || head[bracket - 1] != ' ') return false;
    // dd/Mmm/yyyy:hh:mm:ss +zzzz] "
    constexpr std::size_t kTimeSize = 26;
    const std::string_view time = line.substr(bracket + 1, kTimeSize + 3);
    return time.size() == kTimeSize + 3 && time[2] == '/' && time[6] == '/' && time[11] == ':' && time.ends_with("] \"");
}

}  // namespace logchute
