#include "scope_parameters.hpp"

#include <utility>

namespace logchute::dashboard {

http::Problem query_problem(std::string_view parameter, search::SyntaxError error) {
    return {.status = 400,
            .detail = std::move(error.detail),
            .parameter = std::string(parameter),
            .column = error.column,
            .expected = std::move(error.expected)};
}

ScopeParameters::ScopeParameters(http::Parameters& parameters, Filters filters, Timestamp now) {
    if (auto query = search::parse_query(parameters.text("q")))
        scope.query = std::move(*query);
    else
        problem = query_problem("q", std::move(query).error());
    scope.range = parameters.range(now);
    if (filters == Filters::none) return;

    for (const std::string_view name : {"service", "host", "level"}) {
        const auto value = parameters.optional(name);
        if (!value) continue;
        if (auto filter = search::equals(name, *value))
            scope.query = search::both(scope.query, *filter);
        else if (!problem)
            problem = query_problem(name, std::move(filter).error());
    }
    if (const auto message = parameters.optional("message")) scope.query = search::both(scope.query, search::words(*message));
}

std::optional<http::Problem> first_problem(http::Parameters& parameters, ScopeParameters& scope) {
    if (auto problem = parameters.finish()) return problem;
    return std::move(scope.problem);
}

http::Response store_failure(const Error& error, std::string_view parameter) {
    if (error.code == Errc::invalid && !parameter.empty())
        return http::Response::problem({.status = 400, .detail = error.detail, .parameter = std::string(parameter)});
    if (error.code == Errc::unavailable)
        return http::Response::problem(
            {.status = 503, .detail = "the store does not answer now (" + error.detail + "); try again in a moment"});
    return http::Response::error(error);
}

}  // namespace logchute::dashboard
