#include "log_routes.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "answers.hpp"
#include "scope_parameters.hpp"

namespace logchute::dashboard {
namespace {

using namespace std::chrono_literals;
using http::Parameters;
using http::Request;
using http::Response;

constexpr std::size_t kGroupsMax = 10'000;
constexpr std::size_t kNeighboursMax = 1'000;
constexpr std::size_t kGroupNamesMax = 4;
constexpr nanoseconds kStepMin = 1ms;
constexpr nanoseconds kStepMax = 24h * 366;
constexpr std::array<std::string_view, 2> kOrders{"desc", "asc"};

void check_group_name(Parameters& parameters, std::string_view name) {
    if (name.empty()) parameters.reject("by", "by is a list of names separated by commas: service, level, host, source, or a tag or field");
    if (name == "id") parameters.reject("by", "every record has an id of its own; a field of that name is fields.id, a tag tags.id");
}

/// `service,level` as names; empty for none.
std::vector<std::string> group_names(Parameters& parameters) {
    std::vector<std::string> names;
    std::string_view rest;
    const auto text = parameters.optional("by");
    if (!text) return names;
    rest = *text;
    while (true) {
        const auto comma = rest.find(',');
        names.emplace_back(rest.substr(0, comma));
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
    }
    if (names.size() > kGroupNamesMax)
        parameters.reject("by", "by takes up to " + std::to_string(kGroupNamesMax) + " names, separated by commas");
    for (const std::string& name : names) {
        if (std::ranges::count(names, name) > 1) parameters.reject("by", "by names '" + name.substr(0, 64) + "' twice; name it once");
        check_group_name(parameters, name);
    }
    return names;
}

store::Aggregate aggregate(Parameters& parameters, std::string& field) {
    const auto function = parameters.optional("fn");
    field = parameters.text("field");
    if (!function) {
        if (!field.empty()) parameters.reject("field", "field needs fn as well: sum, avg, min, max, p50, p90, p95 or p99");
        return store::Aggregate::count;
    }
    const auto known = store::parse_aggregate(*function);
    if (!known || *known == store::Aggregate::count) parameters.reject("fn", "fn is one of sum, avg, min, max, p50, p90, p95, p99");
    if (field.empty()) parameters.reject("field", "fn needs field: the name of a field with numbers, such as duration_ms");
    return known.value_or(store::Aggregate::count);
}

}  // namespace

void LogRoutes::add_to(http::Router& router) {
    router.get("/logs", [this](Request& request) { return newest(request); });
    router.get("/api/v1/logs/search", [this](Request& request) { return search(request); });
    router.get("/api/v1/logs/stats", [this](Request& request) { return stats(request); });
    router.get("/api/v1/logs/histogram", [this](Request& request) { return histogram(request); });
    router.get("/api/v1/logs/fields", [this](Request& request) { return fields(request); });
    router.get("/api/v1/logs/{id}", [this](Request& request) { return record(request); });
    router.get("/api/v1/logs/{id}/context", [this](Request& request) { return context(request); });
}

Response LogRoutes::search(const Request& request) {
    const Stopwatch watch;
    Parameters parameters(request);
    ScopeParameters scope(parameters, Filters::single, now());
    store::SearchRequest question;
    question.limit = static_cast<std::size_t>(parameters.integer("limit", 100, 1, static_cast<std::int64_t>(store::kSearchLimitMax)));
    question.cursor = parameters.text("cursor");
    question.order = parameters.one_of("order", "desc", kOrders) == "asc" ? store::Order::oldest_first : store::Order::newest_first;
    if (auto problem = first_problem(parameters, scope)) return Response::problem(std::move(*problem));
    question.scope = std::move(scope.scope);

    const auto page = reader_.search(question);
    if (!page) return store_failure(page.error(), "cursor");
    return Response::json(search_json(*page, watch));
}

Response LogRoutes::newest(const Request& request) {
    Parameters parameters(request);
    store::SearchRequest question;
    question.limit = static_cast<std::size_t>(parameters.integer("limit", 20, 1, static_cast<std::int64_t>(store::kSearchLimitMax)));
    if (auto problem = parameters.finish()) return Response::problem(std::move(*problem));

    const auto page = reader_.search(question);
    if (!page) return store_failure(page.error());
    return Response::json(newest_json(*page));
}

Response LogRoutes::record(const Request& request) {
    Parameters parameters(request);
    if (auto problem = parameters.finish()) return Response::problem(std::move(*problem));
    auto record = reader_.record(request.param("id"));
    if (!record) return store_failure(record.error());
    if (record->ends_with('\n')) record->pop_back();
    return Response::json(std::move(*record));
}

Response LogRoutes::context(const Request& request) {
    Parameters parameters(request);
    const auto before = parameters.integer("before", 10, 0, kNeighboursMax);
    const auto after = parameters.integer("after", 10, 0, kNeighboursMax);
    if (auto problem = parameters.finish()) return Response::problem(std::move(*problem));
    const auto page = reader_.context(request.param("id"), static_cast<std::size_t>(before), static_cast<std::size_t>(after));
    if (!page) return store_failure(page.error());
    return Response::json(context_json(*page));
}

Response LogRoutes::stats(const Request& request) {
    const Stopwatch watch;
    Parameters parameters(request);
    ScopeParameters scope(parameters, Filters::single, now());
    store::StatsRequest question;
    question.by = group_names(parameters);
    question.limit = static_cast<std::size_t>(parameters.integer("limit", 10, 1, kGroupsMax));
    question.aggregate = aggregate(parameters, question.field);
    if (auto problem = first_problem(parameters, scope)) return Response::problem(std::move(*problem));
    question.scope = std::move(scope.scope);

    const auto stats = reader_.stats(question);
    if (!stats) return store_failure(stats.error());
    return Response::json(stats_json(*stats, question.by, question.aggregate != store::Aggregate::count, watch));
}

Response LogRoutes::histogram(const Request& request) {
    const Stopwatch watch;
    Parameters parameters(request);
    ScopeParameters scope(parameters, Filters::single, now());
    store::HistogramRequest question;
    const auto step_text = parameters.text("step", "1m");
    question.step = parameters.duration("step", 1min, kStepMin, kStepMax);
    question.by = parameters.text("by");
    if (question.by.contains(','))
        parameters.reject("by", "by of a histogram is one name: service, level, host, source, or a tag or field");
    if (!question.by.empty()) check_group_name(parameters, question.by);
    if (auto problem = first_problem(parameters, scope)) return Response::problem(std::move(*problem));
    question.scope = std::move(scope.scope);

    const auto histogram = reader_.histogram(question);
    if (!histogram) return store_failure(histogram.error(), "step");
    return Response::json(histogram_json(*histogram, step_text, question.step, watch));
}

Response LogRoutes::fields(const Request& request) {
    Parameters parameters(request);
    ScopeParameters scope(parameters, Filters::single, now());
    if (auto problem = first_problem(parameters, scope)) return Response::problem(std::move(*problem));
    const auto fields = reader_.fields(scope.scope);
    if (!fields) return store_failure(fields.error());
    return Response::json(fields_json(*fields));
}

}  // namespace logchute::dashboard
