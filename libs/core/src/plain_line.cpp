// Any text: what is known about it is what stands at its head. The message is the line without its time, and without the level where that
// stands beside the time and says nothing else; names of threads and loggers stay in the message, so that searches find them. Numbers of
// processes and threads that stand between the two become fields.

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "json_builder.hpp"
#include "json_number.hpp"
#include "level_head.hpp"
#include "line_parsers.hpp"
#include "logchute/core/json_text.hpp"
#include "time_head.hpp"

namespace logchute {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

/// The letters of Android and of glog.
std::optional<Level> level_of_letter(char c) noexcept {
    constexpr std::string_view kLetters = "VTDIWEFA";
    return kLetters.contains(c) ? parse_level({&c, 1}) : std::nullopt;
}

class PlainLine {
public:
    PlainLine(std::string_view line, LineContext& context, LogRecord& record) : line_(line), context_(context), record_(record) {}

    void parse() {
        record_.timestamp_is_receipt = true;
        if (!read_glog()) {
            if (read_time()) {
                read_behind_time();
            } else {
                read_level_first();
            }
        }
        if (!process_.empty() || !thread_.empty()) record_.fields = build_fields();
        record_.message = message();
    }

private:
    [[nodiscard]] std::string_view rest() const noexcept { return line_.substr(at_); }
    [[nodiscard]] char peek() const noexcept { return at_ < line_.size() ? line_[at_] : '\0'; }

    void skip_blanks() noexcept {
        while (is_blank(peek())) ++at_;
    }
    /// Blanks, and one of "- | : , ;" that stands between words.
    void skip_separator() noexcept {
        skip_blanks();
        const char c = peek();
        const bool touches = c == ',' || c == ';' || c == '|' || c == ':';
        if (!touches && c != '-') return;
        const char next = at_ + 1 < line_.size() ? line_[at_ + 1] : ' ';
        if (!is_blank(next) && (!touches || c == ':')) return;
        ++at_;
        skip_blanks();
    }

    void take_time(const TimeHead& time) noexcept {
        record_.timestamp = time.at;
        record_.timestamp_is_receipt = false;
        record_.timestamp_text = rest().substr(0, time.size);
        at_ += time.size;
    }

    /// A time here, in brackets or not.
    bool read_time() noexcept {
        const bool in_bracket = peek() == '[' || peek() == '(';
        const auto time = read_time_head(rest().substr(in_bracket ? 1 : 0), context_.options.received);
        if (!time) return false;
        at_ += in_bracket ? 1 : 0;
        take_time(*time);
        // env_logger goes on within the bracket: "[2026-01-05T10:00:00Z INFO app] message".
        if (in_bracket && (peek() == ']' || peek() == ')')) ++at_;
        return true;
    }

    void read_behind_time() noexcept {
        skip_separator();
        if (read_logcat() || take_level(Behind::time) || read_process()) return;
        if (const auto level = find_level_nearby(rest(), Behind::time)) record_.level = *level;
    }

    bool take_level(Behind behind) noexcept {
        const auto head = read_level_head(rest(), behind);
        if (!head) return false;
        record_.level = head->level;
        at_ += head->size;
        return true;
    }

    /// The level, and perhaps the time behind it: "INFO 2026-01-05 10:00:00,123 message", "WARN  [2026-01-05 10:00:00,123] message".
    void read_level_first() noexcept {
        if (take_level(Behind::nothing)) {
            if (at_ != 0 && read_time()) skip_separator();
        } else if (const auto level = find_level_nearby(rest(), Behind::nothing)) {
            record_.level = *level;
        }
    }

    /// Reads the digits here; empty where something else follows them directly.
    std::string_view read_digits(std::size_t& at) const noexcept {
        const std::size_t begin = at;
        while (at < line_.size() && is_digit(line_[at])) ++at;
        if (at == begin || at >= line_.size() || !is_blank(line_[at])) return {};
        const std::string_view digits = line_.substr(begin, at - begin);
        while (at < line_.size() && is_blank(line_[at])) ++at;
        return json::is_plain_number(digits) ? digits : std::string_view();
    }

    /// "148 INFO message", as Hadoop writes its process.
    bool read_process() noexcept {
        std::size_t at = at_;
        const std::string_view process = read_digits(at);
        if (process.empty()) return false;
        const auto head = read_level_head(line_.substr(at), Behind::time);
        if (!head || head->size == 0) return false;
        process_ = process;
        record_.level = head->level;
        at_ = at + head->size;
        return true;
    }

    /// Android: "  1234  5678 E Tag: message".
    bool read_logcat() noexcept {
        std::size_t at = at_;
        const std::string_view process = read_digits(at);
        const std::string_view thread = process.empty() ? process : read_digits(at);
        if (thread.empty() || at + 1 >= line_.size() || line_[at + 1] != ' ') return false;
        const auto level = level_of_letter(line_[at]);
        if (!level) return false;
        process_ = process;
        thread_ = thread;
        record_.level = *level;
        at_ = at + 2;
        return true;
    }

    /// glog and klog: "E0105 10:00:00.123456  1234 file.cc:12] message".
    bool read_glog() noexcept {
        if (line_.size() < 14 || !is_digit(line_[1]) || !std::string_view("IWEFD").contains(line_.front())) return false;
        const auto time = read_glog_time(line_.substr(1), context_.options.received);
        if (!time) return false;
        record_.level = level_of_letter(line_.front()).value_or(Level::unknown);
        at_ = 1;
        take_time(*time);
        skip_blanks();
        std::size_t at = at_;
        if (const std::string_view thread = read_digits(at); !thread.empty()) {
            thread_ = thread;
            at_ = at;
        }
        return true;
    }

    std::string_view build_fields() {
        JsonObjectBuilder builder(context_.arena, 64);
        if (!process_.empty()) builder.add_json("pid", process_);
        if (!thread_.empty()) builder.add_json("tid", thread_);
        return builder.finish();
    }

    /// The rest as valid UTF-8, with LF alone between joined lines.
    std::string_view message() {
        const std::string_view text = rest();
        const bool is_valid = json::is_valid_utf8(text);
        const bool has_crlf = context_.options.join && text.find("\r\n") != text.npos;
        if (is_valid && !has_crlf) [[likely]]
            return text;
        std::string copy = is_valid ? std::string(text) : json::to_valid_utf8(text);
        if (has_crlf) {
            std::size_t size = 0;
            for (std::size_t at = 0; at < copy.size(); ++at) {
                if (copy[at] != '\r' || at + 1 == copy.size() || copy[at + 1] != '\n') copy[size++] = copy[at];
            }
            copy.resize(size);
        }
        return context_.arena.copy(copy);
    }

    const std::string_view line_;
    LineContext& context_;
    LogRecord& record_;
    std::size_t at_ = 0;
    std::string_view process_;
    std::string_view thread_;
};

}  // namespace

void parse_plain_line(std::string_view line, LineContext& context, LogRecord& record) { PlainLine(line, context, record).parse(); }

}  // namespace logchute
