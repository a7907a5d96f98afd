#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <random>
#include <set>
#include <string>

#include "logchute/core/json_text.hpp"
#include "logchute/core/search/matcher.hpp"
#include "logchute/core/term_hash.hpp"
#include "search_world.hpp"

using namespace logchute;
using namespace logchute::search;

namespace {

using Terms = std::set<std::uint64_t>;

Terms terms_of(const Row& row) {
    std::vector<std::uint64_t> all;
    append_terms(all, row);
    return {all.begin(), all.end()};
}

bool may_match(const BlockTest& test, const Terms& terms) {
    return test.may_match([&terms](std::uint64_t term) { return terms.contains(term); });
}

bool may_match(std::string_view search, const Terms& terms) {
    const auto query = parse_query(search);
    INFO("search: " << search);
    REQUIRE(query.has_value());
    return may_match(BlockTest(*query), terms);
}

}  // namespace

TEST_CASE("a block is left out when it lacks a term that every match holds") {
    const std::string long_value(kTermBytesMax + 1, 'v');
    const std::string fields =
        R"({"code":503,"took":1.5,"ok":true,"none":null,"user":"a \"b\"","k\u0065y":"x","http":{"path":"/cart"},"long":")" + long_value +
        R"(","dotted.key":"yes","color":"blue"})";
    Row row;
    row.level = Level::warn;
    row.source = "http";
    row.service = "shop";
    row.host = "rack-7";
    row.message = "Peer 10.2.0.1:443 refused; disk_full köln";
    row.tags = R"({"zone":"north","k8s.pod":"p-1","color":"red"})";
    row.fields = fields;
    const Terms block = terms_of(row);

    // clang-format off
    constexpr std::array kMay{
        "", "*", "peer", "PEER", "disk_full", "disk*", "disk_fu*", "\"peer 10.2\"*", "\"10.2.0.1:443\"", "köln", "k*", "\";\"", "\"\"",
        "service:shop", "service:api,shop", "source:http", "host:rack-7", "service:sh*", "service:api*", "service:*", "service:~\"x\"",
        "zone:north", "tags.zone:north", "fields.zone:north",  // tags and fields share their terms
        "tags.k8s.pod:p-1", "code:503", "took:1.5", "ok:true", "none:null", "user:\"a \\\"b\\\"\"", "key:x", "color:red", "color:blue",
        "level:error", "level:>=error", "code:>999", "fields.http.path:/other", "http.path:/other", "dotted.key:no",
        "fields.dotted.key:no",
        "absent:*", "absent:a*", "absent:~\"x\"", "message:~\"absent\"", "raw:~\"absent\"", "http:\"{}\"", "list:\"[1]\"",
        "-peer", "-absent", "-service:shop", "NOT (peer refused)", "absent OR level:warn", "absent OR peer", "absent OR -peer",
        "(absent OR peer) refused", "peer -(absent OR other)", "peer *", "absent OR *",
    };
    constexpr std::array kMayNot{
        "absent", "pee", "disk", "10.2.0.9", "\"peer absent\"", "\"absent peer\"*", "\"peer absent x\"*", "kö",
        "service:api", "service:Shop",
        "service:api,web", "source:upload", "host:rack", "zone:south", "tags.zone:south", "fields.zone:south",
        "tags.k8s.pod:p-2", "code:504",
        "ok:false", "none:0", "absent:x", "user:a", "color:green", "message:absent", "peer absent",
        "peer AND service:api", "absent OR service:api",
        "(absent OR other) peer", "absent level:warn", "absent -peer", "--absent", "-(-absent OR peer)",
        "NOT (NOT absent)", "absent (a OR *)",
    };
    // clang-format on
    for (const std::string_view search : kMay) {
        CAPTURE(search);
        CHECK(may_match(search, block));
    }
    for (const std::string_view search : kMayNot) {
        CAPTURE(search);
        CHECK_FALSE(may_match(search, block));
    }
    CHECK(may_match("long:" + long_value, block));
    CHECK(may_match("other:" + long_value, block));
    CHECK_FALSE(may_match("long:" + std::string(kTermBytesMax, 'v'), block));
}

TEST_CASE("a test that can leave out nothing says so") {
    for (const auto* search : {"", "*", "-a", "level:error", "a*", "service:a*", "a.b:c", "n:>5", "n:*", "message:~\"x\"", "raw:~\"x\"",
                               "\"--\"", "a OR -b", "-(a b)", "service:a,b*", "* -x"}) {
        CAPTURE(search);
        const BlockTest test(*parse_query(search));
        CHECK(test.is_trivial());
        CHECK(may_match(test, {}));
    }
    for (const auto* search : {"a", "a b", "a OR b", "service:a", "a -b", "\"a b\"*", "tags.a.b:c", "a level:error", "-(-a OR b)"}) {
        CAPTURE(search);
        const BlockTest test(*parse_query(search));
        CHECK_FALSE(test.is_trivial());
        CHECK_FALSE(may_match(test, {}));
    }
}

TEST_CASE("what matches a record is never ruled out by the record's terms") {
    std::mt19937 random(10);
    std::vector<std::pair<test::Specimen, Terms>> world;
    for (int i = 0; i < 100; ++i) {
        test::Specimen it = test::random_specimen(random);
        Terms terms = terms_of(it.row());
        world.emplace_back(std::move(it), std::move(terms));
    }
    std::size_t ruled_out = 0;
    const auto check = [&](const std::string& text) {
        const auto query = parse_query(text);
        REQUIRE(query.has_value());
        const Matcher matcher(*query);
        const BlockTest test(*query);
        for (const auto& [it, terms] : world) {
            const bool may = may_match(test, terms);
            ruled_out += may ? 0U : 1U;
            if (!may && matcher.matches(it.row())) {
                CAPTURE(text, it.message, it.tags_json, it.fields_json);
                FAIL_CHECK("ruled out, yet it matches");
            }
        }
    };
    for (const test::Example& term : test::terms()) check(term.text);
    for (int round = 0; round < 2'000; ++round) check(test::random_example(random, 1 + round % 5).text);
    CHECK(ruled_out > 10'000);
}

TEST_CASE("any words cut from a message are among its terms") {
    std::mt19937 random(11);
    for (int round = 0; round < 3'000; ++round) {
        const test::Specimen it = test::random_specimen(random);
        const std::size_t from = random() % it.message.size();
        const std::string cut = it.message.substr(from, random() % 30);
        const Query query = words(cut);
        if (!Matcher(query).matches(it.row())) continue;
        CAPTURE(it.message, cut);
        CHECK(may_match(BlockTest(query), terms_of(it.row())));
    }
}

TEST_CASE("the terms of a record are those of its words, columns, tags and top-level scalar fields") {
    Row row;
    row.service = "shop";
    row.message = "disk full";
    row.tags = R"({"zone":"north"})";
    row.fields = R"({"code":503,"http":{"path":"/"},"list":[1]})";
    CHECK(terms_of(row).size() == 5);
    CHECK(terms_of(Row{}).empty());
}

TEST_CASE("members give the terms that walking them one by one gives, in any text") {
    std::mt19937 random(12);
    constexpr std::array kPieces{"{",
                                 "}",
                                 "[",
                                 "]",
                                 ":",
                                 ",",
                                 "\"",
                                 "\\",
                                 " ",
                                 "\"name\":",
                                 "\"n\\u0061me\":",
                                 "\"value\"",
                                 "\"a \\\"b\\\"\"",
                                 "12.5",
                                 "true",
                                 "null",
                                 "\"a somewhat longer value of text, so that blocks are crossed\"",
                                 "{\"x\":[1,\"]\"]}",
                                 ",\"k\":\"v\"",
                                 ", \"k\" : 1 "};
    std::size_t total = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string object = "{";
        if (round % 2 == 0) object += "\"first\":1";
        for (std::size_t left = random() % 12; left > 0; --left) object += kPieces[random() % kPieces.size()];
        if (round % 3 != 0) object += "}";
        std::vector<std::uint64_t> expected;
        json::for_each_member(object, [&](std::string_view key, std::string_view value) {
            std::string scratch;
            const json::Kind kind = json::kind_of(value);
            if (kind == json::Kind::string) value = json::unquote(value, scratch);
            if (kind != json::Kind::object && kind != json::Kind::array) expected.push_back(pair_hash(name_hash(key), value));
        });
        Row row;
        row.fields = object;
        std::vector<std::uint64_t> actual;
        append_terms(actual, row);
        CAPTURE(object);
        CHECK(actual == expected);
        total += actual.size();
    }
    CHECK(total > 10'000);
}
