// Which tags and fields records have, of what type, and their most frequent values.
#pragma once

#include <vector>

#include "duckdb/question.hpp"
#include "logchute/store/log_reader.hpp"

namespace logchute::store::duck {

/// Names listed; those of records beyond them are left out.
inline constexpr std::size_t kFieldNamesMax = 1000;
/// Values followed for each name, and for all names together. Up to them counts are exact; of a name with more, `top` is of those values
/// that came first. Longer values are counted as present but not listed.
inline constexpr std::size_t kFieldValuesMax = 10'000;
inline constexpr std::size_t kFieldValuesTotalMax = 200'000;
inline constexpr std::size_t kFieldValueBytesMax = 256;
inline constexpr std::size_t kFieldTopMax = 10;

[[nodiscard]] Result<std::vector<FieldInfo>> list_fields(Scanner& scanner, const Question& question, Scanner::Deadline deadline);

}  // namespace logchute::store::duck
