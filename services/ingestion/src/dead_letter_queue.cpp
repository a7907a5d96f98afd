#include "dead_letter_queue.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

#include "logchute/bus/names.hpp"

namespace logchute::ingestion {
namespace {

/// All samples of one answer; above it the rest is left out.
constexpr std::size_t kSampleBytesMax = 64U << 20;
/// Messages in between that nobody asked for are read along up to here; beyond, the reader begins anew behind them.
constexpr std::uint64_t kReadAlong = 200;
/// Newest first, so many messages at a time.
constexpr std::size_t kSampledAtOnce = 256;
constexpr bus::FetchLimits kFetch{.messages = 500, .bytes = 8U << 20, .wait = bus::milliseconds(2000)};

bool is_fact(std::string_view name) {
    return name == bus::kReasonHeader || name == bus::kDetailHeader || name == bus::kSubjectHeader || name == bus::kSequenceHeader ||
           name == bus::kOrdinalsHeader || name == bus::kReceivedHeader || name == bus::kDeliveredHeader || name == bus::kLengthHeader ||
           name == bus::kMessageIdHeader || name == bus::kRecordsHeader;
}

LetterId id_of(const bus::LetterFacts& facts, std::size_t line) { return {to_nanos(facts.received), facts.sequence, facts.ordinals[line]}; }

/// Names the very same set of letters each time.
std::string set_name(std::string_view what, const bus::LetterFacts& facts, const std::vector<std::size_t>& lines) {
    std::vector<std::uint32_t> ordinals;
    for (const std::size_t line : lines) ordinals.push_back(facts.ordinals[line]);
    return std::string(what) + '-' + std::to_string(to_nanos(facts.received)) + '-' + std::to_string(facts.sequence) + '-' +
           bus::ordinals_text(ordinals);
}

std::string join(const std::vector<std::string_view>& all, const std::vector<std::size_t>& lines) {
    std::string text;
    for (const std::size_t line : lines) {
        if (line != lines.front()) text += '\n';
        text += all[line];
    }
    return text;
}

std::vector<std::size_t> all_but(std::size_t count, const std::vector<std::size_t>& lines) {
    std::vector<std::size_t> rest;
    for (std::size_t i = 0; i < count; ++i)
        if (!std::ranges::binary_search(lines, i)) rest.push_back(i);
    return rest;
}

}  // namespace

std::string to_string(const LetterId& id) {
    return std::to_string(id.received) + '-' + std::to_string(id.sequence) + '-' + std::to_string(id.ordinal);
}

std::optional<LetterId> parse_letter_id(std::string_view text) {
    LetterId id;
    const char* const end = text.data() + text.size();
    const auto received = std::from_chars(text.data(), end, id.received);
    if (received.ec != std::errc{} || received.ptr == end || *received.ptr != '-') return std::nullopt;
    const auto sequence = std::from_chars(received.ptr + 1, end, id.sequence);
    if (sequence.ec != std::errc{} || sequence.ptr == end || *sequence.ptr != '-') return std::nullopt;
    const auto ordinal = std::from_chars(sequence.ptr + 1, end, id.ordinal);
    if (ordinal.ec != std::errc{} || ordinal.ptr != end) return std::nullopt;
    return id;
}

DeadLetterQueue::DeadLetterQueue(bus::Connection& connection, bus::Publisher& publisher, std::size_t line_bytes_max)
    : connection_(connection), publisher_(publisher), index_(connection), reader_(line_bytes_max), line_bytes_max_(line_bytes_max) {}

Result<void> DeadLetterQueue::visit(const std::vector<std::uint64_t>& sequences,
                                    const std::function<Result<bool>(const bus::Message&, const bus::LetterFacts&)>& visit) {
    const std::set<std::uint64_t> wanted(sequences.begin(), sequences.end());
    std::optional<bus::StreamReader> reader;
    for (auto next = wanted.begin(); next != wanted.end();) {
        if (!reader || *next > reader->next() + kReadAlong)
            reader.emplace(connection_, bus::StreamReaderOptions{.stream = std::string(bus::kDlqStream), .from = *next});
        const auto messages = reader->fetch(kFetch);
        if (!messages) return std::unexpected(messages.error());
        if (messages->empty()) return {};  // What is left was deleted meanwhile.
        for (const bus::Message& message : *messages) {
            if (!wanted.contains(message.sequence())) continue;
            const auto facts = bus::letter_facts(message);
            if (!facts) continue;
            const auto more = visit(message, *facts);
            if (!more) return std::unexpected(more.error());
            if (!*more) return {};
        }
        next = wanted.lower_bound(reader->next());
    }
    return {};
}

std::vector<std::string> DeadLetterQueue::details(const bus::Message& message, const bus::LetterFacts& facts) {
    // The header has the first line's; the parser says the others' again, in the same words.
    std::vector<std::string> details(facts.ordinals.size(), std::string(message.header(bus::kDetailHeader)));
    if (details.size() == 1) return details;
    reader_.read(message, scratch_, parsed_);
    for (BadLine& bad : parsed_.bad)
        if (bad.ordinal < details.size()) details[bad.ordinal] = std::move(bad.detail);
    return details;
}

Result<std::vector<std::pair<Reason, ReasonSummary>>> DeadLetterQueue::list(std::size_t samples_max) {
    if (auto updated = index_.update(); !updated) return std::unexpected(std::move(updated).error());
    std::array<ReasonSummary, kReasonCount> reasons;
    std::array<std::uint64_t, kReasonCount> chosen{};
    std::vector<std::uint64_t> sequences;
    for (auto at = index_.entries().rbegin(); at != index_.entries().rend(); ++at) {
        const auto& [sequence, facts] = *at;
        const auto reason = static_cast<std::size_t>(facts.reason);
        ReasonSummary& summary = reasons[reason];
        summary.first_seen = summary.count == 0 ? facts.received : std::min(summary.first_seen, facts.received);
        summary.last_seen = summary.count == 0 ? facts.received : std::max(summary.last_seen, facts.received);
        summary.count += facts.ordinals.size();
        if (chosen[reason] >= samples_max) continue;
        chosen[reason] += facts.ordinals.size();
        sequences.push_back(sequence);
    }
    std::size_t bytes = 0;
    const auto sample = [&](const bus::Message& message, const bus::LetterFacts& facts) -> Result<bool> {
        auto& samples = reasons[static_cast<std::size_t>(facts.reason)].samples;
        const auto lines = bus::letter_lines(message, facts);
        const auto why = details(message, facts);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            samples.push_back({id_of(facts, i), facts.reason, facts.subject, std::string(lines[i]), why[i]});
            bytes += lines[i].size();
        }
        return true;
    };
    for (std::size_t at = 0; at < sequences.size() && bytes < kSampleBytesMax; at += kSampledAtOnce) {
        const auto end = std::min(at + kSampledAtOnce, sequences.size());
        const std::vector<std::uint64_t> some(sequences.begin() + static_cast<std::ptrdiff_t>(at),
                                              sequences.begin() + static_cast<std::ptrdiff_t>(end));
        if (auto visited = visit(some, sample); !visited) return std::unexpected(std::move(visited).error());
    }

    std::vector<std::pair<Reason, ReasonSummary>> answer;
    for (std::size_t i = 0; i < kReasonCount; ++i) {
        if (reasons[i].count == 0) continue;
        std::ranges::sort(reasons[i].samples, [](const DeadLetter& one, const DeadLetter& other) { return one.id > other.id; });
        if (reasons[i].samples.size() > samples_max) reasons[i].samples.resize(samples_max);
        answer.emplace_back(static_cast<Reason>(i), std::move(reasons[i]));
    }
    return answer;
}

Result<DeadLetterQueue::Selection> DeadLetterQueue::select(const ReplayRequest& request) const {
    Selection selection;
    const std::set<LetterId> ids(request.ids.begin(), request.ids.end());
    std::size_t found = 0;
    for (const auto& [sequence, facts] : index_.entries()) {
        if (request.reason && facts.reason != *request.reason) continue;
        std::vector<std::size_t> lines;
        for (std::size_t i = 0; i < facts.ordinals.size(); ++i)
            if (request.reason || ids.contains(id_of(facts, i))) lines.push_back(i);
        found += lines.size();
        if (!lines.empty()) selection.emplace(sequence, std::move(lines));
    }
    if (!request.reason && found < ids.size())
        return fail(Errc::not_found, std::to_string(ids.size() - found) + " of the ids name no dead letter; list them with /api/v1/dlq");
    return selection;
}

Result<DeadLetter> DeadLetterQueue::get(const LetterId& id) {
    if (auto updated = index_.update(); !updated) return std::unexpected(std::move(updated).error());
    const auto selection = select({.reason = {}, .ids = {id}, .format = {}, .dry_run = true});
    if (!selection) return fail(Errc::not_found, "no dead letter has this id; it was replayed or purged, or has reached its age");
    std::optional<DeadLetter> letter;
    const auto& [sequence, chosen] = *selection->begin();
    const auto take = [&, line = chosen.front()](const bus::Message& message, const bus::LetterFacts& facts) -> Result<bool> {
        const auto lines = bus::letter_lines(message, facts);
        if (line < lines.size()) letter = {id, facts.reason, facts.subject, std::string(lines[line]), details(message, facts)[line]};
        return false;
    };
    if (auto visited = visit({sequence}, take); !visited) return std::unexpected(std::move(visited).error());
    if (!letter) return fail(Errc::not_found, "the dead letter has just left");
    return *std::move(letter);
}

std::vector<std::size_t> DeadLetterQueue::that_parse(const bus::Message& message, const bus::LetterFacts& facts,
                                                     const std::vector<std::size_t>& chosen, std::optional<Format> format) {
    // Only the beginning of such a line is left: it would be another record.
    if (!message.header(bus::kLengthHeader).empty()) return {};
    const auto lines = bus::letter_lines(message, facts);
    if (!format) {
        reader_.read(message, scratch_, parsed_);
        if (parsed_.records.empty()) return {};
    }
    std::vector<std::size_t> good;
    for (const std::size_t line : chosen) {
        if (line >= lines.size()) continue;
        if (format) {
            const bool joins = lines[line].contains('\n');
            parser_.parse(lines[line],
                          {.format = *format,
                           .join = joins,
                           .received = facts.received,
                           .default_service = {},
                           .default_tags = {},
                           .line_bytes_max = line_bytes_max_},
                          parsed_);
            if (parsed_.bad.empty() && !parsed_.records.empty()) good.push_back(line);
        } else if (std::ranges::any_of(parsed_.records,
                                       [&](const LogRecord& record) { return lines.size() == 1 || record.ordinal == line; })) {
            good.push_back(line);
        }
    }
    return good;
}

Result<void> DeadLetterQueue::send_again(const bus::Message& message, const bus::LetterFacts& facts, const std::vector<std::size_t>& lines,
                                         std::optional<Format> format) {
    const auto all = bus::letter_lines(message, facts);
    bus::Headers headers;
    for (auto& [name, value] : message.headers()) {
        // Its upload has been counted with this line as a dead letter. Lines that did not join do not join their new neighbours.
        if (is_fact(name) || name == bus::kUploadHeader || (name == bus::kJoinHeader && all.size() > 1)) continue;
        if (format && (name == bus::kFormatHeader || name == bus::kEncodingHeader)) continue;
        headers.emplace_back(std::move(name), std::move(value));
    }
    if (format) headers.emplace_back(bus::kFormatHeader, to_string(*format));
    // A message that could not be read at all is one letter of any number of records.
    if (all.size() > 1 || !all.front().contains('\n')) headers.emplace_back(bus::kRecordsHeader, std::to_string(lines.size()));
    headers.emplace_back(bus::kMessageIdHeader, set_name("replay", facts, lines));
    const auto sent = publisher_.publish(facts.subject, headers, join(all, lines));
    if (!sent) return std::unexpected(sent.error());

    const auto rest = all_but(all.size(), lines);
    if (!rest.empty()) {
        bus::Headers kept;
        for (auto& [name, value] : message.headers())
            if (name != bus::kOrdinalsHeader && name != bus::kMessageIdHeader) kept.emplace_back(std::move(name), std::move(value));
        std::vector<std::uint32_t> ordinals;
        for (const std::size_t line : rest) ordinals.push_back(facts.ordinals[line]);
        kept.emplace_back(bus::kOrdinalsHeader, bus::ordinals_text(ordinals));
        kept.emplace_back(bus::kMessageIdHeader, set_name("rest", facts, rest));
        if (const auto moved = publisher_.publish(message.subject(), kept, join(all, rest)); !moved) return std::unexpected(moved.error());
    }
    const auto gone = bus::delete_message(connection_, bus::kDlqStream, message.sequence());
    if (!gone) return std::unexpected(gone.error());
    index_.remove(message.sequence());
    return {};
}

Result<ReplayOutcome> DeadLetterQueue::replay(const ReplayRequest& request) {
    if (auto updated = index_.update(); !updated) return std::unexpected(std::move(updated).error());
    const auto selection = select(request);
    if (!selection) return std::unexpected(selection.error());
    ReplayOutcome outcome;
    std::vector<std::uint64_t> sequences;
    for (const auto& [sequence, lines] : *selection) sequences.push_back(sequence);
    const auto take = [&](const bus::Message& message, const bus::LetterFacts& facts) -> Result<bool> {
        const auto& chosen = selection->at(message.sequence());
        const auto good = that_parse(message, facts, chosen, request.format);
        outcome.selected += chosen.size();
        outcome.parsed += good.size();
        outcome.still_failing += chosen.size() - good.size();
        if (request.dry_run || good.empty()) return true;
        if (auto sent = send_again(message, facts, good, request.format); !sent) return std::unexpected(std::move(sent).error());
        outcome.replayed += good.size();
        return true;
    };
    if (auto visited = visit(sequences, take); !visited) return std::unexpected(std::move(visited).error());
    return outcome;
}

Result<std::uint64_t> DeadLetterQueue::purge(std::optional<Reason> reason) {
    if (auto updated = index_.update(); !updated) return std::unexpected(std::move(updated).error());
    std::vector<std::pair<std::uint64_t, std::size_t>> doomed;
    for (const auto& [sequence, facts] : index_.entries())
        if (!reason || facts.reason == *reason) doomed.emplace_back(sequence, facts.ordinals.size());
    std::uint64_t purged = 0;
    for (const auto& [sequence, letters] : doomed) {
        const auto gone = bus::delete_message(connection_, bus::kDlqStream, sequence);
        if (!gone) return std::unexpected(gone.error());
        if (*gone) purged += letters;
        index_.remove(sequence);
    }
    return purged;
}

}  // namespace logchute::ingestion
