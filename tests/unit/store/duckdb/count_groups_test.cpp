#include <catch2/catch_test_macros.hpp>

#include "store_fixture.hpp"

using namespace logchute;
using namespace logchute::store;
using namespace logchute::store::testing;

namespace {

// n from 0 to 1000: service s0 to s2, level by n % 4, value n + 1.
void fill(DuckDbStore& store) {
    static constexpr const char* kLevels[] = {"info", "info", "warn", "error"};
    std::string text;
    for (int n = 0; n < 1001; ++n) {
        text += R"({"service":"s)" + std::to_string(n % 3) + R"(","level":")" + kLevels[n % 4] +
                R"(","message":"m","tags":{"age":"old"},"value":)" + std::to_string(n + 1) + R"(,"odd":)" +
                (n % 2 == 0 ? "\"text\"" : "1.5") + "}\n";
    }
    REQUIRE(append_lines(store, 1, text, Format::json));
}

StatsRequest request(std::vector<std::string> by, std::size_t limit = 10, Aggregate aggregate = Aggregate::count, std::string field = {}) {
    StatsRequest request;
    request.by = std::move(by);
    request.limit = limit;
    request.aggregate = aggregate;
    request.field = std::move(field);
    return request;
}

}  // namespace

TEST_CASE("groups are the largest first, ties by key, the rest in other") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    fill(store);
    const auto all = store.stats(request({"service", "level"}, 100)).value();
    CHECK(all.total == 1001);
    CHECK(all.other == 0);
    REQUIRE(all.groups.size() == 9);
    CHECK(all.groups[0].key == std::vector<std::string>{"s1", "info"});  // Of 168, 167 and 166 infos.
    CHECK(all.groups[1].key == std::vector<std::string>{"s0", "info"});
    CHECK(all.groups[3].key == std::vector<std::string>{"s0", "error"});  // One of many with 83 or 84.
    std::uint64_t sum = 0;
    for (const auto& group : all.groups) sum += group.count;
    CHECK(sum == 1001);

    const auto two = store.stats(request({"service", "level"}, 2)).value();
    CHECK(two.groups.size() == 2);
    CHECK(two.other == 1001 - two.groups[0].count - two.groups[1].count);

    const auto none = store.stats(request({"service"}, 0)).value();
    CHECK(none.groups.empty());
    CHECK(none.other == 1001);
}

TEST_CASE("groups are by tags, fields and nothing, under their JSON text") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    fill(store);
    CHECK(store.stats(request({"age"}))->groups.at(0).key == std::vector<std::string>{"old"});
    CHECK(store.stats(request({"tags.age"}))->groups.at(0).count == 1001);
    CHECK(store.stats(request({"odd"}))->groups.at(0).key == std::vector<std::string>{"text"});
    CHECK(store.stats(request({"odd"}))->groups.at(1).key == std::vector<std::string>{"1.5"});
    CHECK(store.stats(request({"nosuch"}))->groups.at(0).key == std::vector<std::string>{""});
    CHECK(store.stats(request({"value"}, 3))->groups.at(0).key == std::vector<std::string>{"1"});
    CHECK(store.stats(request({"value"}, 3))->other == 998);
    CHECK(store.stats(request({"') FROM x; --"}))->groups.at(0).count == 1001);
}

TEST_CASE("aggregates are over the records that have the field as a number") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    fill(store);
    struct Case {
        const char* name;
        double value;
    };
    for (const auto& [name, value] : {Case{"sum", 501501}, Case{"avg", 501}, Case{"min", 1}, Case{"max", 1001}, Case{"p50", 501},
                                      Case{"p90", 901}, Case{"p95", 951}, Case{"p99", 991}}) {
        INFO(name);
        CHECK(store.stats(request({}, 10, parse_aggregate(name).value(), "value"))->value == value);
    }
    CHECK(store.stats(request({}, 10, Aggregate::sum, "odd"))->value == 750);
    CHECK(store.stats(request({}, 10, Aggregate::sum, "odd"))->total == 1001);
    CHECK_FALSE(store.stats(request({}, 10, Aggregate::sum, "nosuch"))->value);
    CHECK_FALSE(store.stats(request({}, 10, Aggregate::sum, "service"))->value);
    CHECK_FALSE(store.stats(request({}))->value);
    const auto groups = store.stats(request({"service"}, 10, Aggregate::sum, "value"))->groups;
    double sum = 0;
    for (const auto& group : groups) sum += group.value.value();
    CHECK(sum == 501501);
    CHECK_FALSE(store.stats(request({"service"}))->groups.at(0).value);
}

TEST_CASE("a question for groups that makes no sense is refused") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    CHECK(store.stats(request({"a", "b", "c", "d", "e"})).error().code == Errc::invalid);
    CHECK(store.stats(request({}, 10, Aggregate::sum)).error().code == Errc::invalid);
    CHECK_FALSE(parse_aggregate("p101"));
    CHECK_FALSE(parse_aggregate(""));
}

TEST_CASE("sums of whole numbers are exact") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    std::string text;
    for (int n = 0; n < 3; ++n)
        text += R"({"message":"x","big":3002399751580330})"
                "\n";
    text += R"({"message":"x","big":1})"
            "\n";
    REQUIRE(append_lines(store, 1, text, Format::json));
    CHECK(store.stats(request({}, 10, Aggregate::sum, "big"))->value == 9007199254740991.0);
}
