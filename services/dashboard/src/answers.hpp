// The store's answers as the JSON of CONTRACT.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "logchute/store/log_reader.hpp"

namespace logchute::dashboard {

/// How long a question took; starts when made.
class Stopwatch {
public:
    /// `"took_ms":4.21`
    [[nodiscard]] std::string json() const;

private:
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

/// JSON lines as a JSON array.
void append_array(std::string& out, std::string_view lines);

[[nodiscard]] std::string search_json(const store::RecordPage& page, const Stopwatch& watch);
[[nodiscard]] std::string newest_json(const store::RecordPage& page);
[[nodiscard]] std::string context_json(const store::ContextPage& page);
[[nodiscard]] std::string stats_json(const store::Stats& stats, const std::vector<std::string>& by, bool has_value, const Stopwatch& watch);
[[nodiscard]] std::string histogram_json(const store::Histogram& histogram, std::string_view step_text, nanoseconds step,
                                         const Stopwatch& watch);
[[nodiscard]] std::string fields_json(const std::vector<store::FieldInfo>& fields);

}  // namespace logchute::dashboard
