// JSON that is well-formed by its grammar, and holds what is no text.
#pragma once

#include <string>
#include <string_view>

namespace logchute::json {

/// A copy of `line`, which must be valid JSON, where half a surrogate pair ("\ud800", left by a program that cut a string) is "\ufffd".
[[nodiscard]] std::string repaired(std::string_view line);

}  // namespace logchute::json
