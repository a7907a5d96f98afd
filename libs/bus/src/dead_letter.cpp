#include "logchute/bus/dead_letter.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "logchute/bus/names.hpp"

namespace logchute::bus {
namespace {

constexpr std::size_t kCopiedHeadersMax = 32;
constexpr std::size_t kHeaderNameBytesMax = 64;
constexpr std::size_t kHeaderValueBytesMax = 4 * 1024;

// A header value is one line: what would break it becomes a space.
std::string header_text(std::string_view text) {
    std::string line(text.substr(0, kHeaderValueBytesMax));
    for (char& c : line)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    return line;
}

bool is_plain_name(std::string_view name) {
    return !name.empty() && name.size() <= kHeaderNameBytesMax && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

bool steers_the_server(std::string_view name) {
    constexpr std::string_view kPrefix = "nats-";
    return name.size() >= kPrefix.size() && std::ranges::equal(name.substr(0, kPrefix.size()), kPrefix, [](char a, char b) {
               return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
           });
}

/// Headers of the message that are not the letter's: it brings its own, or they tell of all the lines the message had.
bool is_replaced(std::string_view name) {
    return name == kRecordsHeader || name == kReasonHeader || name == kDetailHeader || name == kSubjectHeader || name == kSequenceHeader ||
           name == kOrdinalsHeader || name == kReceivedHeader || name == kDeliveredHeader || name == kLengthHeader;
}

std::vector<std::uint32_t> ordinals_of(std::span<const BadLine> bad, const LetterGroup& group) {
    std::vector<std::uint32_t> ordinals;
    ordinals.reserve(group.lines.size());
    for (const std::size_t line : group.lines) ordinals.push_back(bad[line].ordinal);
    return ordinals;
}

/// Where the lines came from and why, in both envelopes.
void add_facts(Headers& headers, const Message& message, std::span<const BadLine> bad, const LetterGroup& group) {
    const BadLine& first = bad[group.lines.front()];
    const std::string sequence = std::to_string(message.sequence());
    const auto set = [&](std::string_view name, std::string value) { headers.emplace_back(name, std::move(value)); };
    set(kReasonHeader, std::string(to_string(group.reason)));
    set(kDetailHeader, header_text(first.detail));
    set(kSubjectHeader, header_text(message.subject()));
    set(kSequenceHeader, sequence);
    set(kOrdinalsHeader, ordinals_text(ordinals_of(bad, group)));
    set(kReceivedHeader, format_rfc3339(message.received()));
    set(kDeliveredHeader, std::to_string(message.delivered()));
    // A line that was cut before it came to us says itself how long it was.
    if (const auto told = message.header(kLengthHeader); !told.empty())
        set(kLengthHeader, header_text(told));
    else if (first.raw.size() > kTooLongBytesKept)
        set(kLengthHeader, std::to_string(first.raw.size()));
    // The time tells apart letters of a stream that was deleted and begins at 1 again.
    set(kMessageIdHeader, "dlq-" + std::to_string(to_nanos(message.received())) + "-" + sequence + "-" + std::to_string(first.ordinal));
}

std::string joined(std::span<const BadLine> bad, const LetterGroup& group) {
    std::string text;
    for (const std::size_t line : group.lines) {
        if (line != group.lines.front()) text += '\n';
        text += bad[line].raw;
    }
    return text;
}

}  // namespace

std::vector<LetterGroup> group_letters(std::span<const BadLine> bad) {
    struct Open {
        std::vector<std::size_t> lines;
        std::size_t bytes = 0;
    };
    std::array<Open, kReasonCount> open;
    std::vector<LetterGroup> groups;
    const auto close = [&](Reason reason) {
        Open& group = open[static_cast<std::size_t>(reason)];
        if (!group.lines.empty()) groups.push_back({reason, std::move(group.lines)});
        group = {};
    };
    for (std::size_t i = 0; i < bad.size(); ++i) {
        const BadLine& line = bad[i];
        if (line.raw.size() > kGroupedLineBytesMax || line.raw.contains('\n')) {
            groups.push_back({line.reason, {i}});
            continue;
        }
        Open& group = open[static_cast<std::size_t>(line.reason)];
        if (group.lines.size() == kGroupLinesMax || group.bytes + line.raw.size() > kGroupBytesMax) close(line.reason);
        group.lines.push_back(i);
        group.bytes += line.raw.size() + 1;
    }
    for (std::size_t reason = 0; reason < kReasonCount; ++reason) close(static_cast<Reason>(reason));
    return groups;
}

Envelope full_envelope(const Message& message, std::span<const BadLine> bad, const LetterGroup& group) {
    Envelope envelope{std::string(kDlqPrefix) + std::string(message.subject()), {}, joined(bad, group)};
    // A letter's payload is a line as it was before compression; a message that could not be read at all stays as it is.
    const std::string_view first = bad[group.lines.front()].raw;
    const bool is_whole_message = first.data() == message.payload().data() && first.size() == message.payload().size();
    for (auto& [name, value] : message.headers()) {
        if (envelope.headers.size() == kCopiedHeadersMax) break;
        if (!is_plain_name(name) || steers_the_server(name) || is_replaced(name)) continue;
        if (name == kEncodingHeader && !is_whole_message) continue;
        envelope.headers.emplace_back(name, header_text(value));
    }
    add_facts(envelope.headers, message, bad, group);
    if (group.reason == Reason::too_long && envelope.payload.size() > kTooLongBytesKept) envelope.payload.resize(kTooLongBytesKept);
    return envelope;
}

Envelope reduced_envelope(const Message& message, std::span<const BadLine> bad, const LetterGroup& group) {
    Envelope envelope{std::string(kDlqPrefix) + std::string(kLogsPrefix) + "reduced", {}, joined(bad, group)};
    add_facts(envelope.headers, message, bad, group);
    if (envelope.payload.size() > kTooLongBytesKept) envelope.payload.resize(kTooLongBytesKept);
    return envelope;
}

std::string ordinals_text(std::span<const std::uint32_t> ordinals) {
    std::string text;
    for (std::size_t i = 0; i < ordinals.size();) {
        const std::uint32_t first = ordinals[i];
        std::uint32_t last = first;
        while (++i < ordinals.size() && ordinals[i] == last + 1) ++last;
        if (!text.empty()) text += ',';
        text += std::to_string(first);
        if (last != first) text.append(1, '-').append(std::to_string(last));
    }
    return text;
}

std::vector<std::uint32_t> parse_ordinals(std::string_view text) {
    std::vector<std::uint32_t> ordinals;
    const char* at = text.data();
    const char* const end = text.data() + text.size();
    while (true) {
        std::uint32_t first = 0, last = 0;
        auto [behind, error] = std::from_chars(at, end, first);
        if (error != std::errc{} || (!ordinals.empty() && first <= ordinals.back())) return {};
        last = first;
        if (behind != end && *behind == '-') {
            const auto second = std::from_chars(behind + 1, end, last);
            if (second.ec != std::errc{} || last < first) return {};
            behind = second.ptr;
        }
        if (last - first >= kGroupLinesMax - ordinals.size()) return {};
        for (std::uint32_t ordinal = first; ordinal <= last; ++ordinal) ordinals.push_back(ordinal);
        if (behind == end) return ordinals;
        if (*behind != ',') return {};
        at = behind + 1;
    }
}

std::optional<LetterFacts> letter_facts(const Message& message) {
    LetterFacts facts;
    const auto reason = parse_reason(message.header(kReasonHeader));
    const auto received = parse_rfc3339(message.header(kReceivedHeader));
    const std::string_view sequence = message.header(kSequenceHeader);
    const auto [end, error] = std::from_chars(sequence.data(), sequence.data() + sequence.size(), facts.sequence);
    facts.ordinals = parse_ordinals(message.header(kOrdinalsHeader));
    if (!reason || !received || error != std::errc{} || end != sequence.data() + sequence.size() || facts.ordinals.empty())
        return std::nullopt;
    facts.reason = *reason;
    facts.received = *received;
    facts.subject = message.header(kSubjectHeader);
    return facts;
}

std::vector<std::string_view> letter_lines(const Message& message, const LetterFacts& facts) {
    const std::string_view payload = message.payload();
    if (facts.ordinals.size() == 1) return {payload};
    std::vector<std::string_view> lines;
    for (std::size_t at = 0;;) {
        const auto end = payload.find('\n', at);
        lines.push_back(payload.substr(at, end - at));
        if (end == std::string_view::npos) break;
        at = end + 1;
    }
    if (lines.size() != facts.ordinals.size()) return {};
    return lines;
}

}  // namespace logchute::bus
