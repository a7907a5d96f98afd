// Dead letters as they travel: what messages of the stream LOGS_DLQ look like.
//
// Lines of one message that are refused for the same reason travel together, because each message costs the server an fsync: a message of a
// million bad lines would hold up everything behind it for minutes. Alone goes what is long, and what has line ends in it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "logchute/bus/consumer.hpp"
#include "logchute/bus/publisher.hpp"
#include "logchute/core/batch_parser.hpp"

namespace logchute::bus {

/// Bad lines of one message that travel together: indexes into what the parser found bad, rising. Never empty.
struct LetterGroup {
    Reason reason = Reason::invalid_format;
    std::vector<std::size_t> lines;
};

/// Limits of a group. A line longer than kGroupedLineBytesMax travels alone.
inline constexpr std::size_t kGroupLinesMax = 4096;
inline constexpr std::size_t kGroupBytesMax = 64U << 10;
inline constexpr std::size_t kGroupedLineBytesMax = 16U << 10;
static_assert(kGroupedLineBytesMax <= kGroupBytesMax && kGroupBytesMax <= kTooLongBytesKept, "only a line that travels alone is ever cut");

/// The groups of a message's bad lines. The same for the same message always, so that a group published twice has the same id.
[[nodiscard]] std::vector<LetterGroup> group_letters(std::span<const BadLine> bad);

/// A message for LOGS_DLQ.
struct Envelope {
    std::string subject;
    Headers headers;
    std::string payload;  ///< The lines, with LF between them; one line alone is just its bytes. What is too_long is cut.
};

/// With all that the lines came with: the headers of their message, and where, why and how often. Headers that would steer the server
/// (Nats-*), and what no header may be, stay behind.
[[nodiscard]] Envelope full_envelope(const Message& message, std::span<const BadLine> bad, const LetterGroup& group);
/// With what every server takes: the beginning of the lines, the reason, and where they came from. For letters that are refused as they are,
/// because of their size or of the odd subject they came on.
[[nodiscard]] Envelope reduced_envelope(const Message& message, std::span<const BadLine> bad, const LetterGroup& group);

/// What a message of LOGS_DLQ says about its letters.
struct LetterFacts {
    Reason reason = Reason::invalid_format;
    std::string subject;  ///< That the lines came on.
    std::uint64_t sequence = 0;  ///< Of their message, in LOGS.
    Timestamp received{};  ///< When that came in.
    std::vector<std::uint32_t> ordinals;  ///< Of the lines in it, rising.
};

/// Needs the headers alone. Empty for a message that none of ours made.
[[nodiscard]] std::optional<LetterFacts> letter_facts(const Message& message);
/// The lines, one for each ordinal. Empty where they are not as many: no message of ours. Views into `message`.
[[nodiscard]] std::vector<std::string_view> letter_lines(const Message& message, const LetterFacts& facts);

/// "0-4,7", and back; empty for what is no such list, or names more than kGroupLinesMax lines.
[[nodiscard]] std::string ordinals_text(std::span<const std::uint32_t> ordinals);
[[nodiscard]] std::vector<std::uint32_t> parse_ordinals(std::string_view text);

}  // namespace logchute::bus
