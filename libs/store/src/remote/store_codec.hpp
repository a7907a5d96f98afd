// How questions to a store and their answers look on `svc.store.*`: JSON, so that `nats req` can be used by hand.
//
// Records travel as the JSON lines that the engine made, behind one line that tells how many there are: nobody on the way reads them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "logchute/store/log_reader.hpp"

namespace logchute::store::codec {

// Every decode_ refuses what the matching encode_ cannot have made: Errc::invalid in a request, Errc::failed in an answer.

[[nodiscard]] std::string encode_search(const SearchRequest& request);
[[nodiscard]] Result<SearchRequest> decode_search(std::string_view text);
[[nodiscard]] std::string encode_page_head(const RecordPage& page);
[[nodiscard]] Result<RecordPage> decode_page(std::string answer);

struct ContextRequest {
    std::string id;
    std::size_t before = 0;
    std::size_t after = 0;
};
[[nodiscard]] std::string encode_context(const ContextRequest& request);
[[nodiscard]] Result<ContextRequest> decode_context(std::string_view text);
[[nodiscard]] std::string encode_context_page(const ContextPage& page);
[[nodiscard]] Result<ContextPage> decode_context_page(std::string_view text);

[[nodiscard]] std::string encode_stats(const StatsRequest& request);
[[nodiscard]] Result<StatsRequest> decode_stats(std::string_view text);
[[nodiscard]] std::string encode_stats_answer(const Stats& stats);
[[nodiscard]] Result<Stats> decode_stats_answer(std::string_view text);

[[nodiscard]] std::string encode_histogram(const HistogramRequest& request);
[[nodiscard]] Result<HistogramRequest> decode_histogram(std::string_view text);
[[nodiscard]] std::string encode_histogram_answer(const Histogram& histogram);
[[nodiscard]] Result<Histogram> decode_histogram_answer(std::string_view text);

[[nodiscard]] std::string encode_scope(const Scope& scope);
[[nodiscard]] Result<Scope> decode_scope(std::string_view text);
[[nodiscard]] std::string encode_fields(const std::vector<FieldInfo>& fields);
[[nodiscard]] Result<std::vector<FieldInfo>> decode_fields(std::string_view text);

[[nodiscard]] std::string encode_tallies(const Tallies& tallies);
[[nodiscard]] Result<Tallies> decode_tallies(std::string_view text);

}  // namespace logchute::store::codec
