// Searching: the newest or oldest records that match, and showing them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "duckdb/question.hpp"
#include "duckdb/record_key.hpp"
#include "logchute/store/log_reader.hpp"

namespace logchute::store::duck {

struct Hit {
    RecordKey key;
    std::uint32_t day = 0;  ///< Of the question.
};

/// The first `count` records of the question in `order`, behind `after` if given; fewer where there are no more. Reads the blocks that can
/// hold the first ones first, and no further than it must.
[[nodiscard]] Result<std::vector<Hit>> find_hits(Scanner& scanner, const Question& question, Order order, std::size_t count,
                                                 const std::optional<RecordKey>& after, Scanner::Deadline deadline);

/// The hits as JSON lines, in their order.
[[nodiscard]] Result<std::string> show_records(Scanner& scanner, const Question& question, std::span<const Hit> hits,
                                               Scanner::Deadline deadline);

/// One record by its name. Of `question` only the days count.
struct FoundRecord {
    RecordKey key;
    Neighbourhood around;
    std::string line;  ///< A JSON line.
};
[[nodiscard]] Result<FoundRecord> find_record(Scanner& scanner, const Question& question, std::string_view id, Scanner::Deadline deadline);

/// A page of at most `limit`, with the cursor of the next.
[[nodiscard]] Result<RecordPage> find_page(Scanner& scanner, const Question& question, Order order, std::size_t limit,
                                           const std::optional<RecordKey>& after, Scanner::Deadline deadline);

}  // namespace logchute::store::duck
