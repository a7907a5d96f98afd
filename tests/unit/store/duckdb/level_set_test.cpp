#include "duckdb/level_set.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logchute;
using namespace logchute::store::duck;

TEST_CASE("a search says which levels its matches can have") {
    struct Case {
        const char* query;
        unsigned levels;
    };
    for (const auto& [query, levels] : {
             Case{"", 0xff},
             Case{"level:error", 1U << 5},
             Case{"level:error,fatal", 1U << 5 | 1U << 6},
             Case{"level:>=warn", 1U << 4 | 1U << 5 | 1U << 6},
             Case{"level:<debug", 1U << 1},
             Case{"level:<trace", 0},
             Case{"level:error timeout", 1U << 5},
             Case{"level:error level:>=warn", 1U << 5},
             Case{"level:error level:info", 0},
             Case{"level:error OR level:info", 1U << 5 | 1U << 3},
             Case{"level:error OR timeout", 0xff},
             Case{"-level:error", 0xff},
             Case{"level:*", 0xff},
             Case{"service:error", 0xff},
             Case{"message:~\"level:error\"", 0xff},
         }) {
        INFO(query);
        CHECK(possible_levels(search::parse_query(query).value().root()) == levels);
    }
}
