#include "remote/store_codec.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "logchute/core/json_text.hpp"

namespace logchute::store::codec {
namespace {

using nlohmann::json;

/// Runs `read` on parsed text; whatever is missing or of another type becomes one Error.
template <class T, class Read>
Result<T> decode(std::string_view text, Errc code, Read&& read) {
    try {
        return read(json::parse(text));
    } catch (const json::exception& error) {
        return fail(code, std::string("a message on svc.store cannot be read: ") + error.what());
    }
}

// A text of a record may hold what is no UTF-8 only where an engine lets it through; JSON must not fail for it.
std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

json scope_json(const Scope& scope) {
    json it{{"q", scope.query.text()}};
    if (scope.range.from) it["from"] = to_nanos(*scope.range.from);
    if (scope.range.to) it["to"] = to_nanos(*scope.range.to);
    return it;
}

Result<Scope> scope_of(const json& it) {
    auto query = search::parse_canonical(it.at("q").get_ref<const std::string&>());
    if (!query) return fail(Errc::invalid, "the search does not parse: " + query.error().detail);
    Scope scope{std::move(*query), {}};
    if (it.contains("from")) scope.range.from = from_nanos(it["from"].get<std::int64_t>());
    if (it.contains("to")) scope.range.to = from_nanos(it["to"].get<std::int64_t>());
    return scope;
}

json optional_json(const std::optional<double>& value) { return value ? json(*value) : json(); }
std::optional<double> optional_of(const json& it) { return it.is_null() ? std::nullopt : std::optional(it.get<double>()); }

json page_json(const RecordPage& page) { return {{"count", page.count}, {"next_cursor", page.next_cursor}, {"lines", page.lines}}; }
RecordPage page_of(const json& it) {
    return {it.at("lines").get<std::string>(), it.at("count").get<std::size_t>(), it.at("next_cursor").get<std::string>()};
}

}  // namespace

std::string encode_search(const SearchRequest& request) {
    json it = scope_json(request.scope);
    it["limit"] = request.limit;
    it["oldest_first"] = request.order == Order::oldest_first;
    it["cursor"] = request.cursor;
    return dump(it);
}

Result<SearchRequest> decode_search(std::string_view text) {
    return decode<SearchRequest>(text, Errc::invalid, [](const json& it) -> Result<SearchRequest> {
        auto scope = scope_of(it);
        if (!scope) return std::unexpected(scope.error());
        const auto limit = it.at("limit").get<std::size_t>();
        if (limit < 1 || limit > kSearchLimitMax) return fail(Errc::invalid, "limit is from 1 to " + std::to_string(kSearchLimitMax));
        return SearchRequest{std::move(*scope), limit, it.at("oldest_first").get<bool>() ? Order::oldest_first : Order::newest_first,
                             it.at("cursor").get<std::string>()};
    });
}

std::string encode_page_head(const RecordPage& page) { return dump({{"count", page.count}, {"next_cursor", page.next_cursor}}) + "\n"; }

Result<RecordPage> decode_page(std::string answer) {
    const auto end = answer.find('\n');
    if (end == std::string::npos) return fail(Errc::failed, "a page of records came without its head");
    auto page = decode<RecordPage>(std::string_view(answer).substr(0, end), Errc::failed, [](const json& it) -> Result<RecordPage> {
        return RecordPage{{}, it.at("count").get<std::size_t>(), it.at("next_cursor").get<std::string>()};
    });
    if (!page) return page;
    answer.erase(0, end + 1);
    page->lines = std::move(answer);
    if (static_cast<std::size_t>(std::ranges::count(page->lines, '\n')) != page->count)
        return fail(Errc::failed, "a page of records came with another number of them than it says");
    return page;
}

std::string encode_context(const ContextRequest& request) {
    return dump({{"id", request.id}, {"before", request.before}, {"after", request.after}});
}

Result<ContextRequest> decode_context(std::string_view text) {
    return decode<ContextRequest>(text, Errc::invalid, [](const json& it) -> Result<ContextRequest> {
        return ContextRequest{it.at("id").get<std::string>(), it.at("before").get<std::size_t>(), it.at("after").get<std::size_t>()};
    });
}

std::string encode_context_page(const ContextPage& page) {
    return dump({{"before", page_json(page.before)}, {"record", page.record}, {"after", page_json(page.after)}});
}

Result<ContextPage> decode_context_page(std::string_view text) {
    return decode<ContextPage>(text, Errc::failed, [](const json& it) -> Result<ContextPage> {
        return ContextPage{page_of(it.at("before")), it.at("record").get<std::string>(), page_of(it.at("after"))};
    });
}

std::string encode_stats(const StatsRequest& request) {
    json it = scope_json(request.scope);
    it["by"] = request.by;
    it["limit"] = request.limit;
    it["aggregate"] = static_cast<int>(request.aggregate);
    it["field"] = request.field;
    return dump(it);
}

Result<StatsRequest> decode_stats(std::string_view text) {
    return decode<StatsRequest>(text, Errc::invalid, [](const json& it) -> Result<StatsRequest> {
        auto scope = scope_of(it);
        if (!scope) return std::unexpected(scope.error());
        const int aggregate = it.at("aggregate").get<int>();
        if (aggregate < 0 || aggregate > static_cast<int>(Aggregate::p99)) return fail(Errc::invalid, "there is no such aggregate");
        return StatsRequest{std::move(*scope), it.at("by").get<std::vector<std::string>>(), it.at("limit").get<std::size_t>(),
                            static_cast<Aggregate>(aggregate), it.at("field").get<std::string>()};
    });
}

std::string encode_stats_answer(const Stats& stats) {
    json groups = json::array();
    for (const StatsGroup& group : stats.groups)
        groups.push_back({{"key", group.key}, {"count", group.count}, {"value", optional_json(group.value)}});
    return dump({{"total", stats.total}, {"other", stats.other}, {"value", optional_json(stats.value)}, {"groups", std::move(groups)}});
}

Result<Stats> decode_stats_answer(std::string_view text) {
    return decode<Stats>(text, Errc::failed, [](const json& it) -> Result<Stats> {
        Stats stats{it.at("total").get<std::uint64_t>(), it.at("other").get<std::uint64_t>(), optional_of(it.at("value")), {}};
        for (const json& group : it.at("groups"))
            stats.groups.push_back(
                {group.at("key").get<std::vector<std::string>>(), group.at("count").get<std::uint64_t>(), optional_of(group.at("value"))});
        return stats;
    });
}

std::string encode_histogram(const HistogramRequest& request) {
    json it = scope_json(request.scope);
    it["step"] = request.step.count();
    it["by"] = request.by;
    return dump(it);
}

Result<HistogramRequest> decode_histogram(std::string_view text) {
    return decode<HistogramRequest>(text, Errc::invalid, [](const json& it) -> Result<HistogramRequest> {
        auto scope = scope_of(it);
        if (!scope) return std::unexpected(scope.error());
        const nanoseconds step{it.at("step").get<std::int64_t>()};
        if (step <= nanoseconds::zero()) return fail(Errc::invalid, "step must be more than zero");
        return HistogramRequest{std::move(*scope), step, it.at("by").get<std::string>()};
    });
}

std::string encode_histogram_answer(const Histogram& histogram) {
    json series = json::array();
    for (const HistogramSeries& one : histogram.series) series.push_back({{"key", one.key}, {"counts", one.counts}});
    return dump({{"first", to_nanos(histogram.first)}, {"total", histogram.total}, {"series", std::move(series)}});
}

Result<Histogram> decode_histogram_answer(std::string_view text) {
    return decode<Histogram>(text, Errc::failed, [](const json& it) -> Result<Histogram> {
        Histogram histogram{from_nanos(it.at("first").get<std::int64_t>()), it.at("total").get<std::uint64_t>(), {}};
        for (const json& one : it.at("series"))
            histogram.series.push_back({one.at("key").get<std::string>(), one.at("counts").get<std::vector<std::uint64_t>>()});
        return histogram;
    });
}

std::string encode_scope(const Scope& scope) { return dump(scope_json(scope)); }

Result<Scope> decode_scope(std::string_view text) { return decode<Scope>(text, Errc::invalid, scope_of); }

std::string encode_fields(const std::vector<FieldInfo>& fields) {
    json all = json::array();
    for (const FieldInfo& field : fields) {
        json top = json::array();
        for (const FieldValue& value : field.top) top.push_back({value.value, value.count});
        all.push_back({{"name", field.name}, {"kind", field.kind}, {"type", field.type}, {"count", field.count}, {"top", std::move(top)}});
    }
    return dump(all);
}

Result<std::vector<FieldInfo>> decode_fields(std::string_view text) {
    return decode<std::vector<FieldInfo>>(text, Errc::failed, [](const json& all) -> Result<std::vector<FieldInfo>> {
        std::vector<FieldInfo> fields;
        for (const json& it : all) {
            FieldInfo field{it.at("name").get<std::string>(),
                            it.at("kind").get<std::string>(),
                            it.at("type").get<std::string>(),
                            it.at("count").get<std::uint64_t>(),
                            {}};
            for (const json& value : it.at("top")) field.top.push_back({value.at(0).get<std::string>(), value.at(1).get<std::uint64_t>()});
            fields.push_back(std::move(field));
        }
        return fields;
    });
}

std::string encode_tallies(const Tallies& tallies) {
    json all = json::object();
    for (const auto& [key, tally] : tallies) all[key] = {tally.stored, tally.dead_lettered, tally.received, tally.dropped};
    return dump(all);
}

Result<Tallies> decode_tallies(std::string_view text) {
    return decode<Tallies>(text, Errc::failed, [](const json& all) -> Result<Tallies> {
        Tallies tallies;
        for (const auto& [key, it] : all.items())
            tallies[key] = {it.at(0).get<std::uint64_t>(), it.at(1).get<std::uint64_t>(), it.at(2).get<std::uint64_t>(),
                            it.at(3).get<std::uint64_t>()};
        return tallies;
    });
}

}  // namespace logchute::store::codec
