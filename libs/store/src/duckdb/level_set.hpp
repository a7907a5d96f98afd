// The levels that a match of a search can have, so that the store need not read other columns of records of another level.
#pragma once

#include <cstdint>

#include "logchute/core/search/query.hpp"

namespace logchute::store::duck {

/// A bit for each Level; 0xff where the search does not say.
[[nodiscard]] std::uint8_t possible_levels(const search::Node& node);

}  // namespace logchute::store::duck
