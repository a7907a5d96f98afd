#include "duckdb/row_value.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logchute;
using namespace logchute::store::duck;

namespace {
search::Row example() {
    search::Row row;
    row.level = Level::warn;
    row.service = "api";
    row.tags = R"({"region":"eu","both":"tag","a.b":"dotted"})";
    row.fields =
        R"({"status":504,"ratio":1.5,"ok":true,"none":null,"user":"ann \"x\"","both":"field","http":{"route":{"name":"cart"}},"list":[1,2],"huge":1e999})";
    return row;
}
}  // namespace

TEST_CASE("a name stands for a column, a tag or a field") {
    struct Case {
        const char* name;
        const char* text;
    };
    for (const auto& [name, text] : {
             Case{"level", "warn"},
             Case{"service", "api"},
             Case{"host", ""},
             Case{"region", "eu"},
             Case{"tags.region", "eu"},
             Case{"fields.region", ""},
             Case{"both", "tag"},
             Case{"fields.both", "field"},
             Case{"tags.a.b", "dotted"},
             Case{"status", "504"},
             Case{"ratio", "1.5"},
             Case{"ok", "true"},
             Case{"user", "ann \"x\""},
             Case{"http.route.name", "cart"},
             Case{"fields.http.route.name", "cart"},
             Case{"list", "[1,2]"},
             Case{"nosuch", ""},
             Case{"'; DROP TABLE logs; --", ""},
             Case{"", ""},
         }) {
        INFO(name);
        std::string scratch;
        CHECK(RowValue(name).text(example(), scratch) == text);
    }
}

TEST_CASE("only JSON numbers are numbers") {
    CHECK(RowValue("status").number(example()) == 504);
    CHECK(RowValue("fields.ratio").number(example()) == 1.5);
    for (const char* name : {"ok", "user", "none", "list", "service", "level", "region", "nosuch", "huge"}) {
        INFO(name);
        CHECK_FALSE(RowValue(name).number(example()));
    }
}
