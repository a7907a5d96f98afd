#include "ledger.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include "logchute/bus/names.hpp"
#include "logchute/bus/stream.hpp"
#include "logchute/bus/stream_reader.hpp"
#include "logchute/core/json_text.hpp"
#include "stream_epoch.hpp"

namespace logchute::ingestion {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;

constexpr std::string_view kSourcePrefix = "source/";
constexpr auto kMinutesKept = 2h;  // Of what the store keeps by minute; one more is for messages that wait.
constexpr auto kLookingMax = 1500ms;  // At what is in flight.
constexpr std::size_t kMetricSourcesMax = 100;
constexpr int kAttempts = 5;

template <class Unit>
std::string key_of(std::string_view prefix, Timestamp at, std::string_view source) {
    const auto number = std::chrono::floor<Unit>(at).time_since_epoch().count();
    return std::string(prefix) + std::to_string(number) + '/' + std::string(source);
}

/// The number and the source of "minute/29384756/http".
struct BookKey {
    std::int64_t number;
    std::string_view source;
};
std::optional<BookKey> parse_key(std::string_view key, std::string_view prefix) {
    const auto rest = key.substr(prefix.size());
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    return BookKey{std::strtoll(std::string(rest.substr(0, slash)).c_str(), nullptr, 10), rest.substr(slash + 1)};
}

struct InFlight {
    std::map<std::string, std::uint64_t, std::less<>> records;
    bool is_complete = true;
};

/// Records of the messages from `next` on, by their headers alone. A message whose publisher does not say counts as one until it is read.
Result<InFlight> count_in_flight(bus::Connection& connection, std::uint64_t next, std::uint64_t last, Timestamp since) {
    InFlight seen;
    if (next > last) return seen;
    bus::StreamReader reader(connection, {.stream = std::string(bus::kLogsStream), .from = next, .headers_only = true});
    const auto end = Clock::now() + kLookingMax;
    while (reader.next() <= last) {
        const auto left = std::chrono::duration_cast<bus::milliseconds>(end - Clock::now());
        if (left <= 0ms) {
            seen.is_complete = false;
            break;
        }
        const auto messages = reader.fetch({.messages = 1000, .wait = left});
        if (!messages) return std::unexpected(messages.error());
        for (const bus::Message& message : *messages) {
            if (message.received() < since) continue;
            seen.records[json::to_valid_utf8(bus::source_of(message.subject()))] += bus::records_told(message).value_or(1);
        }
    }
    return seen;
}

bool adds_up(const store::Tally& line) noexcept { return line.received == line.stored + line.dead_lettered + line.dropped; }

}  // namespace

Ledger::Ledger(store::LogWriter& writer, bus::Connection& connection, runtime::Metrics& metrics)
    : writer_(writer), connection_(connection) {
    if (const auto known = writer.tallies(kSourcePrefix))
        for (const auto& [key, tally] : *known) sources_.insert(key.substr(kSourcePrefix.size()));
    metric_ = metrics.collect(
        runtime::Metrics::Kind::counter, "ledger_records_total",
        "Records by source and what became of them, since the store was made: received is the sum of the others once nothing is in flight.",
        [this] {
            std::vector<runtime::Sample> samples;
            const auto books = writer_.tallies(kSourcePrefix);
            if (!books) return samples;
            for (const auto& [key, tally] : *books) {
                if (samples.size() >= 4 * kMetricSourcesMax) break;
                const std::string source = key.substr(kSourcePrefix.size());
                for (const auto& [outcome, count] : {std::pair("received", tally.received), std::pair("stored", tally.stored),
                                                     std::pair("dead_lettered", tally.dead_lettered), std::pair("dropped", tally.dropped)})
                    samples.push_back({{{"source", source}, {"outcome", outcome}}, static_cast<double>(count)});
            }
            return samples;
        });
}

std::string Ledger::admitted(std::string_view source) {
    if (const auto known = sources_.find(source); known != sources_.end()) return *known;
    // Anybody may publish on any subject, and keys are text in the store.
    if (sources_.size() >= kSourcesMax) return std::string(kOtherSources);
    return *sources_.insert(json::to_valid_utf8(source)).first;
}

void Ledger::add(store::Tallies& tallies, const std::string& source, Timestamp received, const store::Tally& entry) {
    tallies[std::string(kSourcePrefix) + source] += entry;
    tallies[key_of<std::chrono::minutes>(store::kMinuteTallyPrefix, received, source)] += entry;
    tallies[key_of<std::chrono::hours>(store::kHourTallyPrefix, received, source)] += entry;
}

void Ledger::book(store::Tallies& tallies, const bus::LogMessage& message, std::uint64_t stored, std::uint64_t dead_lettered) {
    add(tallies, admitted(message.source), message.received,
        {.stored = stored, .dead_lettered = dead_lettered, .received = message.records.value_or(stored + dead_lettered), .dropped = 0});
}

void Ledger::book_lost(store::Tallies& tallies, std::uint64_t messages, Timestamp now) {
    add(tallies, std::string(kLostSource), now, {.stored = 0, .dead_lettered = 0, .received = messages, .dropped = messages});
}

Result<std::string> Ledger::read(nanoseconds window, Timestamp now) {
    const bool by_minute = window <= kMinutesKept;
    const auto prefix = by_minute ? store::kMinuteTallyPrefix : store::kHourTallyPrefix;
    const Timestamp since = by_minute ? Timestamp(std::chrono::floor<std::chrono::minutes>(now - window))
                                      : Timestamp(std::chrono::floor<std::chrono::hours>(now - window));
    const auto first = by_minute ? std::chrono::floor<std::chrono::minutes>(since).time_since_epoch().count()
                                 : std::chrono::floor<std::chrono::hours>(since).time_since_epoch().count();

    // What is booked and what is in flight are of one moment only where nothing was committed in between.
    store::Tallies lines;
    InFlight in_flight;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const auto reached = writer_.reached();
        const auto books = writer_.tallies(prefix);
        const auto epochs = writer_.tallies(StreamEpoch::kPrefix);
        const auto stream = bus::stream_info(connection_, bus::kLogsStream);
        if (!books) return std::unexpected(books.error());
        if (!epochs) return std::unexpected(epochs.error());
        if (!stream) return std::unexpected(stream.error());
        const auto next = std::max(reached - epoch_of(*stream, *epochs, reached).base + 1, stream->first_sequence);
        auto seen = count_in_flight(connection_, next, stream->last_sequence, since);
        if (!seen) return std::unexpected(std::move(seen).error());
        in_flight = *std::move(seen);
        lines.clear();
        for (const auto& [key, tally] : *books)
            if (const auto book = parse_key(key, prefix); book && book->number >= first) lines[std::string(book->source)] += tally;
        if (writer_.reached() == reached) break;
        if (attempt == kAttempts - 1) in_flight.is_complete = false;
    }
    for (const auto& [source, records] : in_flight.records) lines.try_emplace(source);

    Json answer{{"balanced", true}, {"from", format_rfc3339(since)}, {"complete", in_flight.is_complete}, {"sources", Json::array()}};
    for (const auto& [source, line] : lines) {
        const auto flying = in_flight.records.find(source);
        const std::uint64_t records = flying == in_flight.records.end() ? 0 : flying->second;
        const bool is_balanced = adds_up(line);
        if (!is_balanced) answer["balanced"] = false;
        Json dropped = Json::object();
        if (line.dropped != 0) dropped["stream_limit"] = line.dropped;
        answer["sources"].push_back({{"source", source},
                                     {"received", line.received + records},
                                     {"stored", line.stored},
                                     {"dead_lettered", line.dead_lettered},
                                     {"dropped", std::move(dropped)},
                                     {"in_flight", records},
                                     {"balanced", is_balanced}});
    }
    return answer.dump();
}

}  // namespace logchute::ingestion
