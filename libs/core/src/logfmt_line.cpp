// key=value key="quoted \" value" flag: what Go's and Heroku's loggers write.
//
// As in JSON: a member that is no part of the model becomes a field, a second name for the same thing too, and what cannot have its place
// goes to `fields._rejected` under its own name: a time that is none, a name that is too long, a key that comes twice.
// Values are text, except that unquoted numbers and booleans become JSON's own where JSON can hold them as they stand.

#include <array>
#include <charconv>

#include "arena_list.hpp"
#include "byte_scan.hpp"
#include "field_names.hpp"
#include "json_builder.hpp"
#include "json_number.hpp"
#include "json_string.hpp"
#include "line_parsers.hpp"
#include "name_set.hpp"
#include "refuse.hpp"
#include "time_head.hpp"

namespace logchute {
namespace {

constexpr std::string_view kRejected = "_rejected";

enum class PairKind : std::uint8_t { flag, plain, quoted, unescaped };

struct Pair {
    std::string_view key;
    std::string_view value;  ///< Without quotes and escapes.
    PairKind kind = PairKind::flag;
};

/// White space and control characters separate; so a NUL is no part of a word.
constexpr bool is_separator(char c) noexcept { return static_cast<unsigned char>(c) <= ' '; }

class LogfmtLine {
public:
    LogfmtLine(std::string_view line, LineContext& context, LogRecord& record, Refusal& refusal)
        : line_(line),
          at_(line.data()),
          end_(line.data() + line.size()),
          readable_end_(context.readable_end == nullptr ? end_ : context.readable_end),
          context_(context),
          record_(record),
          refusal_(refusal),
          extra_(context.arena),
          rejected_(context.arena) {
        rank_.fill(kAbsent);
    }

    bool parse() {
        while (skip_separators()) {
            Pair pair;
            if (!read_pair(pair)) return false;
            sort_in(pair);
        }
        if (!is_logfmt()) return refuse(refusal_, Reason::invalid_format, 1, "there is no key=value pair here");
        fill_record();
        return true;
    }

private:
    static constexpr std::uint8_t kAbsent = 0xff;

    bool refuse_here(const char* at, std::string_view problem) {
        return refuse(refusal_, Reason::invalid_format, static_cast<std::size_t>(at - line_.data()) + 1, problem);
    }

    // --- reading

    /// False at the end.
    bool skip_separators() noexcept {
        while (at_ != end_ && is_separator(*at_) && *at_ != '\n') ++at_;
        return at_ != end_;
    }

    bool read_pair(Pair& pair) {
        const char* const begin = at_;
        if (*at_ == '\n') return refuse_here(at_, "a record of logfmt is one line");
        at_ = find_key_end(at_, end_, readable_end_);
        if (at_ == begin) return refuse_here(at_, *at_ == '=' ? "there is no key in front of '='" : "a key cannot begin with a quote");
        pair.key = {begin, static_cast<std::size_t>(at_ - begin)};
        if (at_ == end_ || is_separator(*at_)) {
            ++flags_;
            return true;
        }
        if (*at_ == '"') return refuse_here(at_, "a key cannot hold a quote");
        ++at_;
        ++pairs_;
        return at_ != end_ && *at_ == '"' ? read_quoted(pair) : read_plain(pair);
    }

    bool read_plain(Pair& pair) noexcept {
        const char* const begin = at_;
        at_ = find_blank(at_, end_, readable_end_);
        pair.value = {begin, static_cast<std::size_t>(at_ - begin)};
        pair.kind = PairKind::plain;
        return true;
    }

    bool read_quoted(Pair& pair) {
        const char* const quote = at_++;
        bool has_escapes = false;
        bool beyond_ascii = false;
        while (true) {
            at_ = json::find_special(at_, end_, readable_end_, beyond_ascii);
            if (at_ == end_) return refuse_here(quote, "this quote is never closed");
            if (*at_ == '"') break;
            has_escapes |= *at_ == '\\';
            at_ += *at_ == '\\' && end_ - at_ > 1 ? 2 : 1;
        }
        const std::string_view inner(quote + 1, static_cast<std::size_t>(at_ - quote) - 1);
        ++at_;
        if (at_ != end_ && !is_separator(*at_)) return refuse_here(at_, "expected a space behind the closing quote");
        pair.value = has_escapes ? unescaped(inner) : inner;
        pair.kind = has_escapes ? PairKind::unescaped : PairKind::quoted;
        return true;
    }

    std::string_view unescaped(std::string_view inner) {
        char* const out = context_.arena.allocate(inner.size());
        const std::size_t size = json::unescape(inner, out);
        context_.arena.trim(inner.size(), size);
        return {out, size};
    }

    // --- which pair is what

    static KnownName known_pair(const Pair& pair) noexcept {
        if (pair.kind == PairKind::flag) return {};
        // Grafana's and log15's; too short a name to reject what is no time.
        if (pair.key == "t" && parse_rfc3339(pair.value)) return {Known::timestamp, 9};
        const KnownName known = known_name(pair.key);
        return known.known == Known::tags || known.known == Known::fields ? KnownName{} : known;
    }

    void sort_in(const Pair& pair) {
        const KnownName known = known_pair(pair);
        const auto slot = static_cast<std::size_t>(known.known);
        if (known.known == Known::none || known.rank >= rank_[slot]) return extra_.push_back(pair);
        if (rank_[slot] != kAbsent) extra_.push_back(known_[slot]);
        known_[slot] = pair;
        rank_[slot] = known.rank;
    }

    [[nodiscard]] const Pair* find(Known known) const noexcept {
        const auto slot = static_cast<std::size_t>(known);
        return rank_[slot] == kAbsent ? nullptr : &known_[slot];
    }

    /// In `auto`, a sentence with an a=b in it is a sentence: flags are believed only beside a pair that logs are known for, and in the
    /// minority.
    [[nodiscard]] bool is_logfmt() const noexcept {
        if (pairs_ == 0) return false;
        if (context_.options.format != Format::automatic || flags_ == 0) return true;
        const bool has_known = find(Known::timestamp) != nullptr || find(Known::level) != nullptr || find(Known::message) != nullptr;
        return has_known && flags_ < pairs_;
    }

    // --- the parts of the record

    void fill_record() {
        take_timestamp();
        take_level();
        if (const Pair* const message = find(Known::message)) record_.message = message->value;
        record_.service = take_name(Known::service);
        record_.host = take_name(Known::host);
        settle_names();
        record_.fields = build_fields();
    }

    void reject(const Pair& pair) {
        rejected_.push_back(pair);
        record_.has_rejected = true;
    }

    void take_timestamp() {
        record_.timestamp_is_receipt = true;
        const Pair* const pair = find(Known::timestamp);
        if (pair == nullptr) return;
        auto at = parse_record_time(pair->value);
        if (!at) {
            const auto head = read_time_head(pair->value, context_.options.received);
            if (!head || head->size != pair->value.size()) return reject(*pair);
            at = head->at;
        }
        record_.timestamp = *at;
        record_.timestamp_is_receipt = false;
        if (pair->kind != PairKind::unescaped) record_.timestamp_text = pair->value;
    }

    void take_level() {
        const Pair* const pair = find(Known::level);
        if (pair == nullptr || pair->value.empty()) return;
        if (const auto level = parse_level(pair->value)) {
            record_.level = *level;
        } else {
            extra_.push_back({"level", pair->value, pair->kind});
        }
    }

    std::string_view take_name(Known known) {
        const Pair* const pair = find(known);
        if (pair == nullptr) return {};
        if (pair->value.size() <= kNameBytesMax) return pair->value;
        reject(*pair);
        return {};
    }

    // --- fields

    /// A key that comes again is rejected; so is one of the name where rejected ones go.
    void settle_names() {
        if (extra_.empty()) return;
        NameSet names(context_.arena);
        names.insert(kRejected);
        std::size_t kept = 0;
        for (const Pair& pair : extra_) {
            if (names.insert(pair.key)) {
                extra_.begin()[kept++] = pair;
            } else {
                reject(pair);
            }
        }
        extra_.resize_down(kept);
        if (!rejected_.empty()) name_rejected();
    }

    /// Gives each rejected pair a name of its own: "color", "color#2".
    void name_rejected() {
        NameSet names(context_.arena);
        unsigned next_number = 2;
        for (Pair& pair : rejected_) {
            while (!names.insert(pair.key)) pair.key = numbered(pair.key, next_number++);
        }
    }

    std::string_view numbered(std::string_view key, unsigned number) {
        std::array<char, 12> digits{'#'};
        const char* const digits_end = std::to_chars(digits.data() + 1, digits.data() + digits.size(), number).ptr;
        const auto digits_size = static_cast<std::size_t>(digits_end - digits.data());
        char* const out = context_.arena.allocate(key.size() + digits_size);
        key.copy(out, key.size());
        std::memcpy(out + key.size(), digits.data(), digits_size);
        return {out, key.size() + digits_size};
    }

    std::string_view build_fields() {
        if (extra_.empty() && rejected_.empty()) return {};
        JsonObjectBuilder builder(context_.arena, 2 * line_.size() + 64);
        for (const Pair& pair : extra_) add(builder, pair);
        if (!rejected_.empty()) {
            builder.begin_object(kRejected);
            for (const Pair& pair : rejected_) add(builder, pair);
            builder.end_object();
        }
        return builder.finish();
    }

    static void add(JsonObjectBuilder& builder, const Pair& pair) {
        if (pair.kind == PairKind::flag) {
            builder.add_json(pair.key, "true");
        } else if (pair.kind == PairKind::plain && json::is_plain_scalar(pair.value)) {
            builder.add_json(pair.key, pair.value);
        } else {
            builder.add_string(pair.key, pair.value);
        }
    }

    const std::string_view line_;
    const char* at_;
    const char* const end_;
    const char* const readable_end_;
    LineContext& context_;
    LogRecord& record_;
    Refusal& refusal_;
    std::uint32_t pairs_ = 0;
    std::uint32_t flags_ = 0;
    std::array<std::uint8_t, kKnownCount> rank_;
    std::array<Pair, kKnownCount> known_;
    ArenaList<Pair, 24> extra_;
    ArenaList<Pair, 4> rejected_;
};

constexpr bool is_key_start(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '@'; }
constexpr bool is_key_char(char c) noexcept { return is_key_start(c) || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '/'; }

/// The end of `name=` at `at`; null where no such thing stands there.
const char* skip_key(const char* at, const char* end) noexcept {
    if (at == end || !is_key_start(*at)) return nullptr;
    while (at != end && is_key_char(*at)) ++at;
    return at != end && *at == '=' ? at + 1 : nullptr;
}

}  // namespace

bool parse_logfmt_line(std::string_view line, LineContext& context, LogRecord& record, Refusal& refusal) {
    return check_utf8(line, refusal) && LogfmtLine(line, context, record, refusal).parse();
}

bool looks_like_logfmt(std::string_view line) noexcept {
    const char* const end = line.data() + line.size();
    const char* at = line.data();
    while (at != end && (*at == ' ' || *at == '\t')) ++at;
    const char* const value = skip_key(at, end);
    if (value == nullptr) return false;
    switch (known_name({at, static_cast<std::size_t>(value - at) - 1}).known) {
        case Known::timestamp:
        case Known::level:
        case Known::message: return true;
        default: break;
    }
    // Another pair must follow.
    at = value;
    if (at != end && *at == '"') {
        for (++at; at != end && *at != '"'; ++at) at += *at == '\\' && end - at > 1 ? 1 : 0;
        if (at == end) return false;
        ++at;
    } else {
        at = find_blank(at, end, end);
    }
    while (at != end && is_separator(*at)) ++at;
    return skip_key(at, end) != nullptr;
}

}  // namespace logchute
