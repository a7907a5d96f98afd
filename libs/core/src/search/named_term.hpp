// The `name:...` terms of the search language.
#pragma once

#include <expected>

#include "budget.hpp"
#include "lexer.hpp"
#include "logchute/core/search/query.hpp"

namespace logchute::search {

/// Parses what stands behind `name:`; `lexer` is right behind the colon, and afterwards behind the term.
[[nodiscard]] std::expected<NodePtr, SyntaxError> parse_named_term(Lexer& lexer, const Token& name, Budget& budget);

/// Counts one more term at byte offset `at`; the error says that there are too many.
[[nodiscard]] std::expected<void, SyntaxError> count_term(const Lexer& lexer, std::size_t at, Budget& budget);

/// The levels a value of `level:` stands for, as canonical names: one, or for a prefix any number. Empty where nobody knows it.
[[nodiscard]] std::vector<Value> levels_of(std::string_view text, bool prefix);
/// "trace, debug, ... or unknown".
[[nodiscard]] std::string level_names();

}  // namespace logchute::search
