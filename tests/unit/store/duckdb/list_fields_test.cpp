#include <catch2/catch_test_macros.hpp>

#include "duckdb/list_fields.hpp"
#include "store_fixture.hpp"

using namespace logchute;
using namespace logchute::store;
using namespace logchute::store::testing;

namespace {
std::string describe(const FieldInfo& info) {
    std::string text = info.kind + " " + info.name + " " + info.type + " " + std::to_string(info.count);
    for (const auto& [value, count] : info.top) text += " " + value + "=" + std::to_string(count);
    return text;
}
}  // namespace

TEST_CASE("every tag and field is listed, with its type, count and top values") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    REQUIRE(append_lines(
        store, 1,
        R"({"level":"info","service":"api","message":"a","tags":{"region":"eu"},"fields":{"status":200,"http":{"route":"cart","tries":1},"x":1}})"
        "\n"
        R"({"level":"info","message":"b","tags":{"region":"eu"},"fields":{"status":504,"list":[1],"x":"one","ok":true,"gone":null,"empty":{}}})"
        "\n"
        R"({"level":"warn","message":"c","tags":{"region":"us"},"fields":{"status":200,"ok":null}})",
        Format::json));
    const auto describe_all = [&](const Scope& scope) {
        std::vector<std::string> seen;
        const auto infos = store.fields(scope).value();
        for (const auto& info : infos) seen.push_back(describe(info));
        return seen;
    };
    CHECK(describe_all({}) == std::vector<std::string>{"record level string 3 info=2 warn=1", "record service string 1 api=1",
                                                       "record source string 3 test=3", "tag region string 3 eu=2 us=1",
                                                       "field empty object 1", "field gone null 1", "field http.route string 1 cart=1",
                                                       "field http.tries number 1 1=1", "field list array 1", "field ok boolean 2 true=1",
                                                       "field status number 3 200=2 504=1", "field x mixed 2 1=1 one=1"});
    CHECK(describe_all(scope_of("level:warn")) == std::vector<std::string>{"record level string 1 warn=1", "record source string 1 test=1",
                                                                           "tag region string 1 us=1", "field ok null 1",
                                                                           "field status number 1 200=1"});
}

TEST_CASE("names and values beyond their limits cost no memory, and counts stay right") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    std::string text;
    for (int n = 0; n < 1500; ++n) {
        const auto number = std::to_string(n);
        text += R"({"message":"x","unique":"u)" + number + R"(","name)" + number + R"(":1,"long":")" + std::string(300, 'y') + "\"}\n";
    }
    REQUIRE(append_lines(store, 1, text, Format::json));
    const auto infos = store.fields({}).value();
    CHECK(infos.size() <= duck::kFieldNamesMax + 10);
    for (const auto& info : infos) {
        CHECK(info.top.size() <= 10);
        if (info.name == "unique") CHECK(info.count == 1500);
        if (info.name == "long") CHECK((info.count == 1500 && info.top.empty()));
    }
}
