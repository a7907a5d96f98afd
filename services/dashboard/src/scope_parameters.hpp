// What every question about logs has in common: q, from, to and the single filters.
#pragma once

#include <optional>
#include <string>

#include "logchute/runtime/http.hpp"
#include "logchute/store/log_reader.hpp"

namespace logchute::dashboard {

/// Which of the single filters service=, host=, level=, message= a route has beside q.
enum class Filters : bool { none, single };

/// Takes q, from, to (and the filters) out of `parameters`. A search that does not parse becomes the problem of parameter `q`, with column
/// and what was expected; everything else goes to `parameters`.
struct ScopeParameters {
    ScopeParameters(http::Parameters& parameters, Filters filters, Timestamp now);

    store::Scope scope;
    std::optional<http::Problem> problem;  ///< Of q, or of level.
};

/// A search that does not parse, as the problem of the parameter that it came in.
[[nodiscard]] http::Problem query_problem(std::string_view parameter, search::SyntaxError error);

/// The first that is wrong: a parameter, then the search.
[[nodiscard]] std::optional<http::Problem> first_problem(http::Parameters& parameters, ScopeParameters& scope);

/// How an engine's failure looks from outside; `parameter` is the one that Errc::invalid speaks of.
[[nodiscard]] http::Response store_failure(const Error& error, std::string_view parameter = {});

}  // namespace logchute::dashboard
