// Counting records over time.
#pragma once

#include "duckdb/question.hpp"
#include "logchute/store/log_reader.hpp"

namespace logchute::store::duck {

[[nodiscard]] Result<Histogram> count_steps(Scanner& scanner, const Question& question, const HistogramRequest& request,
                                            Scanner::Deadline deadline);

}  // namespace logchute::store::duck
