// JSON that is well-formed by its grammar, and that many a reader refuses all the same.
#pragma once

#include <string>
#include <string_view>

namespace logchute::json {

/// A copy of `line`, which must be valid JSON, that every reader takes: half a surrogate pair ("\ud800", left by a program that cut a
/// string) becomes "\ufffd", and a number beyond a double (1e999) a string of its digits.
[[nodiscard]] std::string repaired(std::string_view line);

}  // namespace logchute::json
