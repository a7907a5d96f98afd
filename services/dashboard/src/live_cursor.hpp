// Where a live reader is: what the ids of its events say, and Last-Event-ID brings back.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace logchute::dashboard {

enum class LiveKind : std::uint8_t { log, upload, alert };
inline constexpr std::size_t kLiveKinds = 3;
inline constexpr std::array kAllLiveKinds{LiveKind::log, LiveKind::upload, LiveKind::alert};
/// "log": the name in events=, and of the events.
[[nodiscard]] std::string_view to_string(LiveKind kind) noexcept;

/// All up to and with one entry of a stream.
struct Position {
    static constexpr std::uint32_t kWhole = std::numeric_limits<std::uint32_t>::max();

    std::uint64_t epoch = 0;       ///< Tells a stream from another of the same name that was there before: when it was made.
    std::uint64_t sequence = 0;
    std::uint32_t ordinal = kWhole;  ///< Of the record within its message; kWhole: all of them.

    /// The first message of which something is still to come.
    [[nodiscard]] std::uint64_t next() const noexcept { return ordinal == kWhole ? sequence + 1 : sequence; }
    /// Whether this has come past that entry of the same stream.
    [[nodiscard]] bool covers(std::uint64_t of_sequence, std::uint32_t of_ordinal) const noexcept {
        return sequence > of_sequence || (sequence == of_sequence && ordinal >= of_ordinal);
    }
    friend bool operator==(const Position&, const Position&) = default;
};

/// The positions of one reader in all that it follows. As text, `l4711-3.t3k9x1`: kind, sequence, ordinal, epoch; several are joined by '~'.
/// A
/// part without ordinal is past the whole message. Made of characters that need no escaping in a header or an address.
struct LiveCursor {
    std::array<std::optional<Position>, kLiveKinds> at;

    [[nodiscard]] std::optional<Position>& operator[](LiveKind kind) { return at[static_cast<std::size_t>(kind)]; }
    [[nodiscard]] const std::optional<Position>& operator[](LiveKind kind) const { return at[static_cast<std::size_t>(kind)]; }
    [[nodiscard]] std::string text() const;
    friend bool operator==(const LiveCursor&, const LiveCursor&) = default;
};

/// Nothing for what text() has not made.
[[nodiscard]] std::optional<LiveCursor> parse_live_cursor(std::string_view text) noexcept;

}  // namespace logchute::dashboard
