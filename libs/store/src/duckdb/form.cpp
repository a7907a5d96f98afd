#include "duckdb/form.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>

#include "duckdb/layout.hpp"
#include "logchute/core/json_text.hpp"

namespace logchute::store::duck {
namespace {

// Marks, all control characters that lines hardly hold. On disk.
enum Mark : char {
    kService = 1,
    kHost = 2,
    kMessage = 3,
    kTags = 4,
    kFields = 5,
    kTime = 6,    // and the two characters of a TimeShape
    kMember = 7,  // and '0' + n: the value of the nth member of `fields`, as it stands
    kMemberText = 8,  // and '0' + n: the same, a string without its quotes
};
constexpr char kLastMark = kMemberText;
constexpr std::size_t kMembersMax = 64;

struct Span {
    std::size_t begin;
    std::size_t end;
    char mark;
    char first = 0, second = 0;  // What follows the mark.
};

// Eight bytes at a time: a byte below 9 is rare, and only then is it looked at which one it is.
bool holds_marks(std::string_view text) noexcept {
    constexpr std::uint64_t kOnes = ~std::uint64_t{0} / 0xff;
    std::uint64_t below = 0;
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
        std::uint64_t word;
        std::memcpy(&word, text.data() + i, 8);
        below |= (word - kOnes * (kLastMark + 1)) & ~word;
    }
    const auto is_mark = [](char c) { return c >= 1 && c <= kLastMark; };
    if ((below & (kOnes * 0x80)) != 0) i = 0;
    return std::any_of(text.begin() + static_cast<std::ptrdiff_t>(i), text.end(), is_mark);
}

class Spans {
public:
    void add(const Span& span) {
        if (count_ < spans_.size())
            spans_[count_++] = span;
        else
            overflow_ = true;
    }
    bool overlaps(std::size_t from, std::size_t to) {
        return std::any_of(spans_.begin(), end(), [&](const Span& span) { return span.begin < to && from < span.end; });
    }
    // In the order of the line; false where two overlap.
    bool sort() {
        std::sort(spans_.begin(), end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
        return !overflow_ &&
               std::adjacent_find(spans_.begin(), end(), [](const Span& a, const Span& b) { return a.end > b.begin; }) == end();
    }
    std::array<Span, kMembersMax + 8>::const_iterator begin() const { return spans_.begin(); }
    std::array<Span, kMembersMax + 8>::iterator end() { return spans_.begin() + static_cast<std::ptrdiff_t>(count_); }

private:
    std::array<Span, kMembersMax + 8> spans_;
    std::size_t count_ = 0;
    bool overflow_ = false;
};

// Where `part` lies in `whole`, if it is a view into it.
std::optional<std::size_t> offset_in(std::string_view part, std::string_view whole) {
    const std::less_equal<const char*> not_after;
    if (!not_after(whole.data(), part.data()) || !not_after(part.data() + part.size(), whole.data() + whole.size())) return std::nullopt;
    return static_cast<std::size_t>(part.data() - whole.data());
}

// Where the value `text` stands in `raw` behind `from`: after `"key":` in a JSON line, else anywhere.
std::optional<std::size_t> find_value(std::string_view raw, std::string_view text, std::string_view quoted_key, std::size_t from) {
    if (text.empty()) return std::nullopt;
    if (quoted_key.empty()) {
        const auto at = raw.find(text, from);
        return at == std::string_view::npos ? std::nullopt : std::optional(at);
    }
    auto at = raw.find(quoted_key, from);
    if (at == std::string_view::npos) return std::nullopt;
    at = raw.find_first_not_of(" \t:", at + quoted_key.size());
    return at != std::string_view::npos && raw.substr(at).starts_with(text) ? std::optional(at) : std::nullopt;
}

// Fields that the parser put together (keys of their own in a JSON line, the pairs of logfmt, the parts of an access log) are no view of the
// line, but their values mostly stand in it. Each is looked for behind the one before. Where one is found in a wrong place the form is an
// odd one, but still gives the same bytes.
void add_members(Spans& spans, std::string_view raw, std::string_view fields) {
    const bool is_json = raw.starts_with('{');
    std::size_t at = 0;
    std::size_t from = 0;
    for (std::size_t n = 0; n < kMembersMax; ++n) {
        const auto member = json::next_member(fields, at);
        if (!member) return;
        auto text = member->value;
        const bool unquoted = !is_json && text.size() >= 2 && text.front() == '"';
        if (unquoted) text = text.substr(1, text.size() - 2);
        const auto found = find_value(raw, text, is_json ? member->quoted_key : std::string_view{}, from);
        if (!found || spans.overlaps(*found, *found + text.size())) continue;
        spans.add({*found, *found + text.size(), unquoted ? kMemberText : kMember, static_cast<char>('0' + n)});
        from = *found + text.size();
    }
}

}  // namespace

std::optional<std::string_view> FormMaker::form_of(const LogRecord& record) {
    const auto raw = record.raw;
    if (holds_marks(raw)) return std::nullopt;

    Spans spans;
    const auto add = [&](std::string_view part, char mark) {
        if (part.empty()) return true;
        const auto at = offset_in(part, raw);
        if (at) spans.add({*at, *at + part.size(), mark});
        return at.has_value();
    };
    // A service or host from elsewhere (a default of the message) is no part of the line; the others are most of it.
    add(record.service, kService);
    add(record.host, kHost);
    const bool has_message = add(record.message, kMessage);
    const bool has_fields = add(record.fields, kFields);
    add(record.tags, kTags);
    if (!has_message) return std::nullopt;
    if (const auto at = record.timestamp_text.empty() ? std::nullopt : offset_in(record.timestamp_text, raw); at) {
        const auto shape = times_.shape_of(record.timestamp_text, to_nanos(record.timestamp));
        if (!shape) return std::nullopt;  // The form would hold the time itself, and each line have its own.
        spans.add({*at, *at + record.timestamp_text.size(), kTime, shape->pattern, shape->digits});
    }
    if (!has_fields) add_members(spans, raw, record.fields);
    if (!spans.sort()) return std::nullopt;

    form_.clear();
    std::size_t at = 0;
    for (auto span = spans.begin(); span != spans.end(); ++span) {
        form_ += raw.substr(at, span->begin - at);
        form_ += span->mark;
        if (span->first != 0) form_ += span->first;
        if (span->second != 0) form_ += span->second;
        at = span->end;
    }
    form_ += raw.substr(at);
    if (form_.size() > kFormBytesMax) return std::nullopt;
    return form_;
}

namespace {

std::optional<std::string_view> member_value(std::string_view fields, std::size_t n) {
    std::size_t at = 0;
    for (;; --n) {
        const auto member = json::next_member(fields, at);
        if (!member) return std::nullopt;
        if (n == 0) return member->value;
    }
}

}  // namespace

bool append_line(std::string& out, std::string_view form, const LineParts& parts, TimeWriter& times) {
    for (std::size_t i = 0; i < form.size(); ++i) {
        switch (form[i]) {
            case kService: out += parts.service; break;
            case kHost: out += parts.host; break;
            case kMessage: out += parts.message; break;
            case kTags: out += parts.tags; break;
            case kFields: out += parts.fields; break;
            case kTime:
                if (i + 2 >= form.size() || !times.append(out, parts.nanos, {form[i + 1], form[i + 2]})) return false;
                i += 2;
                break;
            case kMember:
            case kMemberText: {
                const bool unquoted = form[i] == kMemberText;
                auto value = i + 1 < form.size() ? member_value(parts.fields, static_cast<std::size_t>(form[++i] - '0')) : std::nullopt;
                if (!value || (unquoted && value->size() < 2)) return false;
                out += unquoted ? value->substr(1, value->size() - 2) : *value;
                break;
            }
            default: out += form[i];
        }
    }
    return true;
}

}  // namespace logchute::store::duck
