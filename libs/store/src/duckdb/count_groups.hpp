// Counting records by what they have under some names, and what their numbers come to.
#pragma once

#include <string>
#include <vector>

#include "duckdb/question.hpp"
#include "logchute/store/log_reader.hpp"

namespace logchute::store::duck {

/// Groups that one question may have; more is refused as too_large, because a wrong answer would be worse.
inline constexpr std::size_t kGroupsMax = 1'000'000;
/// Memory that the groups of one question may take.
inline constexpr std::size_t kGroupBytesMax = 256U << 20;

[[nodiscard]] Result<Stats> count_groups(Scanner& scanner, const Question& question, const StatsRequest& request,
                                         Scanner::Deadline deadline);

}  // namespace logchute::store::duck
