// Looking at dead letters, sending them on their way again, and throwing them away.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dead_letter_index.hpp"
#include "logchute/bus/log_message.hpp"
#include "logchute/bus/publisher.hpp"
#include "logchute/core/batch_parser.hpp"

namespace logchute::ingestion {

/// A letter's name for ever: when its message came in, that message's sequence, and the line's ordinal: "1795262400000000000-42-3". It stays
/// the same when its neighbours are replayed and it travels on in another message.
struct LetterId {
    std::int64_t received = 0;
    std::uint64_t sequence = 0;
    std::uint32_t ordinal = 0;
    friend auto operator<=>(const LetterId&, const LetterId&) = default;
};
[[nodiscard]] std::string to_string(const LetterId& id);
[[nodiscard]] std::optional<LetterId> parse_letter_id(std::string_view text);

struct DeadLetter {
    LetterId id;
    Reason reason = Reason::invalid_format;
    std::string subject, payload, detail;
};

struct ReasonSummary {
    std::uint64_t count = 0;
    Timestamp first_seen{}, last_seen{};
    std::vector<DeadLetter> samples;  ///< Newest first.
};

/// What a replay is to take: letters of a reason, or those named.
struct ReplayRequest {
    std::optional<Reason> reason;
    std::vector<LetterId> ids;
    std::optional<Format> format;  ///< Instead of the one that was declared.
    bool dry_run = false;
};
struct ReplayOutcome {
    std::uint64_t selected = 0, parsed = 0, still_failing = 0, replayed = 0;
    friend bool operator==(const ReplayOutcome&, const ReplayOutcome&) = default;
};

/// The letters of LOGS_DLQ.
/// A replay publishes the lines that now parse on the subject they came on, so they go the way of every line, and takes them out of
/// LOGS_DLQ once they are on disk. Broken off in between, the same replay can be repeated within the stream's duplicate window: what it
/// publishes carries an id made of the letters in it.
/// Threads:  one call at a time. Lifetime: borrows all it is given.
/// Failures: the bus's; not_found for letters that are not there.
class DeadLetterQueue {
public:
    DeadLetterQueue(bus::Connection& connection, bus::Publisher& publisher, std::size_t line_bytes_max);

    /// By reason, with up to `samples_max` samples each.
    [[nodiscard]] Result<std::vector<std::pair<Reason, ReasonSummary>>> list(std::size_t samples_max);
    [[nodiscard]] Result<DeadLetter> get(const LetterId& id);
    [[nodiscard]] Result<ReplayOutcome> replay(const ReplayRequest& request);
    /// How many letters went; of all reasons where none is given.
    [[nodiscard]] Result<std::uint64_t> purge(std::optional<Reason> reason);

private:
    /// Lines of one message of LOGS_DLQ, by their index.
    using Selection = std::map<std::uint64_t, std::vector<std::size_t>>;
    /// Calls `visit` with the messages named, as long as it returns true; those that have left meanwhile are skipped.
    [[nodiscard]] Result<void> visit(const std::vector<std::uint64_t>& sequences,
                                     const std::function<Result<bool>(const bus::Message&, const bus::LetterFacts&)>& visit);
    [[nodiscard]] Result<Selection> select(const ReplayRequest& request) const;
    [[nodiscard]] std::vector<std::string> details(const bus::Message& message, const bus::LetterFacts& facts);
    /// Which of `chosen` parse now.
    [[nodiscard]] std::vector<std::size_t> that_parse(const bus::Message& message, const bus::LetterFacts& facts,
                                                      const std::vector<std::size_t>& chosen, std::optional<Format> format);
    [[nodiscard]] Result<void> send_again(const bus::Message& message, const bus::LetterFacts& facts, const std::vector<std::size_t>& lines,
                                          std::optional<Format> format);

    bus::Connection& connection_;
    bus::Publisher& publisher_;
    DeadLetterIndex index_;
    bus::LogMessageReader reader_;
    BatchParser parser_;
    ParsedBatch parsed_;
    std::string scratch_;
    const std::size_t line_bytes_max_;
};

}  // namespace logchute::ingestion
