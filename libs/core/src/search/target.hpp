// Names and signs in searches and what they stand for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "logchute/core/search/query.hpp"

namespace logchute::search {

/// `service`, `tags.name`, `fields.a.b`, or any other name; empty for `tags.` and `fields.` without more.
[[nodiscard]] std::optional<Target> target_of(std::string_view name);
/// The name that target_of() takes for this target.
[[nodiscard]] std::string name_of(const Target& target);

/// "<", "<=", ">" or ">=".
[[nodiscard]] std::string_view sign_of(Comparison comparison) noexcept;

}  // namespace logchute::search
