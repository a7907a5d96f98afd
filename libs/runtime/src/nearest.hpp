// The word that somebody probably meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace logchute {

/// The candidate with the fewest letters inserted, removed, replaced or swapped with their neighbour; empty where none is close (two such
/// edits, fewer for short words). Meant for short lists and short words: longer than 64 characters is never close.
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace logchute
