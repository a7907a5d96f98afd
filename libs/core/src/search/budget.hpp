// What one search may cost, counted while it is parsed.
#pragma once

#include <cstddef>

#include "logchute/core/search/query.hpp"

namespace logchute::search {

struct Limits {
    std::size_t bytes = kQueryBytesMax;
    std::size_t depth = kQueryDepthMax;
    std::size_t terms = kQueryTermsMax;
    std::size_t regexes = kQueryRegexesMax;
};

/// Counts up to its limits.
struct Budget {
    Limits limits;
    std::size_t terms = 0;
    std::size_t regexes = 0;
};

}  // namespace logchute::search
