#include "logchute/core/search/matcher.hpp"

#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "search_world.hpp"

using namespace logchute;
using namespace logchute::search;

namespace {

bool matches(std::string_view search, const Row& row) {
    const auto query = parse_query(search);
    INFO("search: " << search);
    REQUIRE(query.has_value());
    return Matcher(*query).matches(row);
}

Row message(std::string_view text) {
    Row row;
    row.message = text;
    return row;
}

/// The same expression, too long for the matcher to look for needles first: the plain answer of RE2.
std::string unfiltered(const std::string& pattern) {
    std::string padded = "(?:" + pattern + ")";
    while (padded.size() < 600) padded += "(?:)";
    return padded;
}

std::string regex_search(const std::string& pattern) {
    std::string text = "message:~\"";
    for (const char c : pattern) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text + '"';
}

std::string random_pattern(std::mt19937& random, int depth) {
    constexpr std::array kAtoms{"k",    "s",    "ab", "Time",        "out",   ".",           "\\d",    "[0-9]+",   "[^a]",
                                "\\b",  "^",    "$",  "[aA]",        "ü",     "[üÜ]",        "\\s",    "\\x6b",    "\\x{212A}",
                                "\\pL", "a{2}", "x*", "(?i:kelvin)", "(?i)s", "[[:digit:]]", "\\113x", "(?P<n>ab)"};
    if (depth == 0) return kAtoms[random() % kAtoms.size()];
    const std::string a = random_pattern(random, depth - 1);
    switch (random() % 5) {
        case 0: return "(" + a + "|" + random_pattern(random, depth - 1) + ")";
        case 1: return "(?:" + a + ")" + std::string(1, "*+?"[random() % 3]);
        default: return a + random_pattern(random, depth - 1);
    }
}

}  // namespace

TEST_CASE("each term matches what it says and nothing else") {
    const Row row{
        Level::warn,
        "http",
        "shop",
        "rack-7",
        "Peer 10.2.0.1:443 refused; disk_full",
        R"({"zone":"north","say":"a \"b\"","color":"red","k8s.pod":"p-1","num":"5"})",
        R"({"code":503,"took":12.50,"neg":-3,"big":1e400,"tiny":1e-400,"ok":true,"none":null,"color":"blue","user":"line\nbreak ü",)"
        R"("http":{"path":"/cart","deep":{"n":4}},"list":[1,2],"a.b":1,"a":{"b":2,"c":3},"empty":""})",
        "2026-11-21 WARN \xff Peer 10.2.0.1:443 refused"};
    // clang-format off
    constexpr std::array kYes{
        "", "*", "peer", "PEER", "10.2.0.1", "\"10.2.0.1:443\"", "disk*", "disk_full", "\"peer 10.2.0.1\"", "\"; d\"*",
        "source:http", "service:shop", "service:sh*", "service:x,shop", "service:*", "host:rack-7", "host:~\"k-[0-9]$\"",
        "level:warn", "level:WARNING", "level:info,warn", "level:*", "level:>=warn", "level:>info", "level:<=warn",
        "level:<error", "level:~arn",
        "zone:north", "tags.zone:nor*", "say:\"a \\\"b\\\"\"", "color:red", "color:blue", "tags.color:red",
        "fields.color:blue", "tags.k8s.pod:p-1",
        "k8s.pod:p-1", "code:503", "code:5*", "fields.code:503", "code:>502.5", "code:>=503", "code:<504", "code:<=503",
        "took:12.50", "took:>=12.5",
        "neg:<0", "neg:-3", "big:>5", "big:>1e300", "tiny:<1e-300", "tiny:<=0", "ok:true", "ok:t*", "none:null",
        "none:*", "empty:\"\"", "empty:*",
        "user:\"line\nbreak ü\"", "user:~\"e.?\\nb\"", "http:*", "fields.http.path:/cart", "http.path:/cart", "fields.http.deep.n:>3",
        "http:~\"cart\"", "list:\"[1,2]\"", "a.b:1", "fields.a.b:1", "a.c:3", "message:*", "message:refused", "message:~\"re(f|t)used\"",
        "message:~\"(?i)PEER.*FULL$\"", "raw:~\"^2026.*WARN\"", "raw:~\"Peer .* refused\"", "raw:~\"WARN \\C Peer\"",
        "-nosuch", "-service:api", "-absent:x", "-absent:*", "NOT (peer absent)", "peer -timeout", "timeout OR peer",
        "(timeout OR peer) refused",
    };
    constexpr std::array kNo{
        "pee", "eer", "0.2.0", "\"10.2.0.1:44\"", "disk", "0.2.0.1", "ful*", "\"peer refused\"",
        "source:HTTP", "service:Shop", "service:sho", "service:hop*", "service:\"\"", "host:rack", "host:~\"^ack\"",
        "level:error", "level:unknown", "level:>warn", "level:<warn", "level:>=error", "-level:warn", "-level:*", "level:~\"^arn\"",
        "zone:North", "tags.code:503", "fields.zone:north", "color:green", "code:50", "code:503.0", "code:\"503 \"",
        "code:>503", "code:<503",
        "took:12.5", "num:>4", "user:>1", "ok:>0", "none:>0", "big:<5", "tiny:>0", "absent:*", "absent:x",
        "absent:\"\"", "absent:>0", "a.d:*",
        "fields.http.nosuch:*", "fields.http.path.x:*", "list:1", "-peer", "-*", "-service:shop", "-service:*", "-code:>1", "NOT peer",
        "peer timeout", "timeout OR -peer", "raw:~\"^Peer\"", "message:timeout", "message:~\"peer\"", "message:~\"^$\"", "-message:*",
    };
    // clang-format on
    for (const std::string_view search : kYes) {
        CAPTURE(search);
        CHECK(matches(search, row));
    }
    for (const std::string_view search : kNo) {
        CAPTURE(search);
        CHECK_FALSE(matches(search, row));
    }
}

TEST_CASE("a record without anything lacks everything") {
    const Row row;
    for (const auto* search : {"*", "\"\"", "-x", "level:unknown", "-level:*", "-level:>=trace", "-service:*", "-service:x", "-host:~\"\"",
                               "-tags.a:*", "-n:>0", "message:~\"^$\"", "raw:~\"^$\"", "-message:*"}) {
        CHECK(matches(search, row));
    }
    for (const auto* search :
         {"x", "level:*", "level:>=trace", "level:<=fatal", "service:*", "service:\"\"", "host:~\"\"", "tags.a:*", "n:x", "message:*"}) {
        CHECK_FALSE(matches(search, row));
    }
}

TEST_CASE("tags and fields that are no JSON objects hold nothing, and do no harm") {
    for (const std::string_view broken :
         {"{", "{\"n\"", "{\"n\":", "{\"n\":1", "[1]", "null", "\"n\"", "{]", "{\"n\":\"", "{\"n\":\"\\", "\xff"}) {
        Row row;
        row.tags = row.fields = broken;
        for (const auto* search : {"n:x", "n:>5", "n:~\"y\"", "n.m:*", "tags.n:x*", "fields.n:\"2\""}) {
            CAPTURE(broken, search);
            CHECK_FALSE(matches(search, row));
        }
        std::vector<std::uint64_t> terms;
        append_terms(terms, row);
    }
}

TEST_CASE("a matcher says which columns it reads") {
    struct Case {
        std::string_view search;
        int needs;
    };
    constexpr Case kCases[] = {
        {"", 0},
        {"* OR service:x", kService},
        {"level:warn", kLevel},
        {"level:~warn", kLevel},
        {"peer -\"disk full\"", kMessage},
        {"source:a OR host:b", kSource | kHost},
        {"tags.a:b", kTags},
        {"fields.a:b", kFields},
        {"a:>5", kTags | kFields},
        {"raw:~x message:~y", kRaw | kMessage},
        {"service:* -n:* level:>=warn", kService | kTags | kFields | kLevel},
    };
    for (const Case& c : kCases) {
        CAPTURE(c.search);
        CHECK(Matcher(*parse_query(c.search)).needs() == c.needs);
    }
    CHECK(Matcher(Query()).is_everything());
    CHECK(Matcher(*parse_query("* AND *")).is_everything());
    CHECK_FALSE(Matcher(*parse_query("-*")).is_everything());
    CHECK_FALSE(Matcher(*parse_query("service:*")).is_everything());
}

TEST_CASE("every term finds what its definition says") {
    std::mt19937 random(6);
    std::vector<test::Specimen> world;
    for (int i = 0; i < 400; ++i) world.push_back(test::random_specimen(random));
    std::size_t terms_that_found = 0;
    for (const test::Example& term : test::terms()) {
        const Matcher matcher(*parse_query(term.text));
        std::size_t found = 0;
        for (const test::Specimen& it : world) {
            if (matcher.matches(it.row()) != term.test(it)) {
                CAPTURE(term.text, it.message, it.tags_json, it.fields_json);
                FAIL_CHECK("expected " << term.test(it));
            }
            found += term.test(it) ? 1U : 0U;
        }
        terms_that_found += found > 0 && found < world.size() ? 1U : 0U;
    }
    CHECK(terms_that_found > test::terms().size() * 8 / 10);
}

TEST_CASE("random searches find what their definition says, through canonical text too") {
    std::mt19937 random(7);
    std::vector<test::Specimen> world;
    for (int i = 0; i < 100; ++i) world.push_back(test::random_specimen(random));
    for (int round = 0; round < 1'500; ++round) {
        const test::Example example = test::random_example(random, 1 + round % 5);
        CAPTURE(example.text);
        const auto query = parse_query(example.text);
        REQUIRE(query.has_value());
        const Matcher matcher(*query);
        const Matcher again(*parse_canonical(to_text(query->root())));
        for (const test::Specimen& it : world) {
            const bool expected = example.test(it);
            if (matcher.matches(it.row()) != expected || again.matches(it.row()) != expected) {
                CAPTURE(it.message, it.tags_json, it.fields_json);
                FAIL_CHECK("expected " << expected);
            }
        }
    }
}

TEST_CASE("searches as deep and wide as they may be still match") {
    std::string deep = "a";
    for (std::size_t i = 0; i < kQueryDepthMax / 2; ++i) deep = "-(b " + deep + ")";
    CHECK_FALSE(matches(deep, message("x")) == matches("-(" + std::string("b b) b"), message("x")));
    std::string wide = "a";
    for (std::size_t i = 1; i < kQueryTermsMax; ++i) wide += i % 2 == 0 ? " OR a" : " OR b";
    CHECK(matches(wide, message("b")));
    CHECK_FALSE(matches(wide, message("c")));
}

TEST_CASE("looking for needles first changes no answer of a regular expression") {
    std::mt19937 random(8);
    constexpr std::array kPieces{"k",
                                 "K",
                                 "\xe2\x84\xaa",
                                 "s",
                                 "S",
                                 "\xc5\xbf",
                                 "a",
                                 "A",
                                 "ab",
                                 "Time",
                                 "time",
                                 "OUT",
                                 "out",
                                 "1",
                                 "12",
                                 " ",
                                 "ü",
                                 "Ü",
                                 "x",
                                 "Kelvin",
                                 "kelvin",
                                 "\xe2\x84\xaa"
                                 "elvin",
                                 "-",
                                 "\n",
                                 "\xff"};
    int found = 0;
    for (int round = 0; round < 1'500; ++round) {
        const std::string pattern = random_pattern(random, static_cast<int>(random() % 4));
        const auto query = parse_query(regex_search(pattern));
        const auto plain = parse_query(regex_search(unfiltered(pattern)));
        CAPTURE(pattern);
        REQUIRE(query.has_value() == plain.has_value());
        if (!query) continue;
        const Matcher filtered_matcher(*query);
        const Matcher plain_matcher(*plain);
        for (int i = 0; i < 40; ++i) {
            std::string text;
            for (std::size_t left = random() % 8; left > 0; --left) text += kPieces[random() % kPieces.size()];
            const bool expected = plain_matcher.matches(message(text));
            found += expected ? 1 : 0;
            if (filtered_matcher.matches(message(text)) != expected) {
                CAPTURE(text);
                FAIL_CHECK("expected " << expected);
            }
        }
    }
    CHECK(found > 5'000);
}

TEST_CASE("bytes that are no UTF-8 hide no ASCII match") {
    const std::string text = std::string("\xff\xfe caf\xe9 disk 7 full \xc3(\0)", 24);
    CHECK(matches("message:~\"disk [0-9] full\"", message(text)));
    CHECK(matches("message:~\"disk\" disk", message(text)));
    CHECK_FALSE(matches("message:~\"disk [0-9] empty\"", message(text)));
    CHECK(matches("message:~\"caf\\C \"", message(text)));
}

TEST_CASE("one matcher serves many threads") {
    std::mt19937 random(9);
    std::vector<test::Specimen> world;
    for (int i = 0; i < 50; ++i) world.push_back(test::random_specimen(random));
    const Matcher matcher(*parse_query("refused message:~\"peer +ref\" OR zone:n* -user:\"line\nbreak\" OR k8s.pod:~\"1$\""));
    std::size_t expected = 0;
    for (const test::Specimen& it : world) expected += matcher.matches(it.row()) ? 1U : 0U;
    std::atomic<std::size_t> wrong = 0;
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back([&] {
                for (int round = 0; round < 50; ++round) {
                    std::size_t found = 0;
                    for (const test::Specimen& it : world) found += matcher.matches(it.row()) ? 1U : 0U;
                    if (found != expected) ++wrong;
                }
            });
        }
    }
    CHECK(wrong == 0);
    CHECK(expected > 0);
}
