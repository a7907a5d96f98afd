// The level that a line of text names near its beginning.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "logchute/core/level.hpp"

namespace logchute {

struct LevelHead {
    Level level = Level::unknown;
    /// How much of the text says nothing but the level, separators behind it included; 0 where the word is to stay part of the message.
    std::size_t size = 0;
};

/// Whether a time stands in front: then a word of its own is believed to be a level more readily.
enum class Behind : bool { nothing, time };

/// Reads the level that stands at the very start of `text`:
///   ERROR, ERROR:, WARN |      taken off: these words, in capitals, are hardly ever the beginning of a sentence
///   [notice], <warn>, (E)      taken off
///   error: no such file        stays: it may be the text's own
///   error opening the file     stays, and counts behind a time alone
///   [core:error], app.ERROR:   stays, as it says more than the level
[[nodiscard]] std::optional<LevelHead> read_level_head(std::string_view text, Behind behind) noexcept;

/// The level a few words in, as in "[main] INFO a.b.C", "app - WARN - x": behind brackets, numbers and separators alone, and behind a time
/// one name; in capitals or brackets. Nothing is taken off.
[[nodiscard]] std::optional<Level> find_level_nearby(std::string_view text, Behind behind) noexcept;

}  // namespace logchute
