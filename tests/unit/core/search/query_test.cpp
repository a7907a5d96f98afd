#include "logchute/core/search/query.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <random>
#include <string>

#include "search_world.hpp"

using namespace logchute;
using namespace logchute::search;

namespace {

std::string join(const std::vector<NodePtr>& children);

std::string name(const Target& target) {
    constexpr std::array kKinds{"message", "raw", "source", "service", "host", "level", "tag ", "field ", "any "};
    return kKinds[static_cast<std::size_t>(target.kind)] + target.name;
}

std::string sign(Comparison comparison) {
    constexpr std::array kSigns{"<", "<=", ">", ">="};
    return kSigns[static_cast<std::size_t>(comparison)];
}

/// A tree as text that has nothing of the language in it.
struct Describe {
    std::string operator()(const Everything&) const { return "[all]"; }
    std::string operator()(const Words& it) const { return "[words |" + it.text + (it.open_end ? "|...]" : "|]"); }
    std::string operator()(const Equals& it) const {
        std::string text = "[" + name(it.target) + " is";
        for (const Value& value : it.values) text += " |" + value.text + (value.prefix ? "|..." : "|");
        return text + "]";
    }
    std::string operator()(const Exists& it) const { return "[" + name(it.target) + " there]"; }
    std::string operator()(const Compare& it) const {
        return "[" + name(it.target) + " " + sign(it.comparison) + " " + std::to_string(it.number) + "]";
    }
    std::string operator()(const LevelCompare& it) const {
        return "[level " + sign(it.comparison) + " " + std::string(to_string(it.level)) + "]";
    }
    std::string operator()(const Regex& it) const { return "[" + name(it.target) + " fits |" + it.pattern + "|]"; }
    std::string operator()(const And& it) const { return "[and" + join(it.children) + "]"; }
    std::string operator()(const Or& it) const { return "[or" + join(it.children) + "]"; }
    std::string operator()(const Not& it) const { return "[not " + std::visit(*this, it.child->it) + "]"; }
};

std::string describe(const Node& node) { return std::visit(Describe{}, node.it); }

std::string join(const std::vector<NodePtr>& children) {
    std::string text;
    for (const NodePtr& child : children) text += " " + describe(*child);
    return text;
}

/// The tree of a search, or the error.
std::string tree(std::string_view text) {
    const auto query = parse_query(text);
    return query ? describe(query->root()) : "column " + std::to_string(query.error().column) + ": " + query.error().expected;
}

std::string repeat(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

template <class T>
NodePtr node(T it) {
    return std::make_unique<Node>(Node{std::move(it)});
}

std::string random_word(std::mt19937& random) {
    constexpr std::array<const char*, 24> kPieces{"a",  "Z",   "0",   " ", "\"", "\\", "(", ")", "-",  "*",  ":", ",",
                                                  "OR", "NOT", "AND", "~", ">",  "<=", ".", "ü", "\n", "\t", "%", "="};
    std::string word;
    for (std::size_t left = random() % 4; left > 0; --left) word += kPieces[random() % kPieces.size()];
    return word;
}

Target random_target(std::mt19937& random) {
    using enum Target::Kind;
    constexpr std::array kKinds{source, service, host, tag, field, tag_or_field};
    const Target::Kind kind = kKinds[random() % kKinds.size()];
    const bool named = kind == tag || kind == field || kind == tag_or_field;
    return {kind, named ? "n" + random_word(random) : ""};
}

/// Any tree that text can stand for: groups have at least two children, none of their own kind.
NodePtr random_tree(std::mt19937& random, int depth, int above = -1) {
    const unsigned kind = depth == 0 ? 3 + static_cast<unsigned>(random() % 7) : static_cast<unsigned>(random() % 10);
    std::vector<NodePtr> children;
    if (kind < 2 && static_cast<int>(kind) != above) {
        for (std::size_t left = 2 + random() % 3; left > 0; --left)
            children.push_back(random_tree(random, depth - 1, static_cast<int>(kind)));
    }
    switch (kind) {
        case 0: return children.empty() ? node(Everything{}) : node(And{std::move(children)});
        case 1: return children.empty() ? node(Everything{}) : node(Or{std::move(children)});
        case 2: return node(Not{random_tree(random, depth - 1)});
        case 3: return node(Exists{random_target(random)});
        case 4:
            return node(
                Compare{{Target::Kind::field, "n" + random_word(random)}, Comparison::less, (static_cast<double>(random()) - 2e9) / 16});
        case 5: return node(LevelCompare{Comparison::greater_equal, Level::warn});
        case 6: return node(Regex{random_target(random), "x\"\\\\" + std::to_string(random() % 9)});
        case 7: {
            Equals it{random_target(random), {}};
            for (std::size_t left = 1 + random() % 3; left > 0; --left) it.values.push_back({random_word(random), random() % 3 == 0});
            return node(std::move(it));
        }
        default: return node(Words{random_word(random), random() % 3 == 0});
    }
}

}  // namespace

TEST_CASE("searches parse to the tree they mean") {
    struct Case {
        std::string_view text, tree;
    };
    constexpr Case kCases[] = {
        // words
        {"", "[all]"},
        {" \t\n", "[all]"},
        {"*", "[all]"},
        {"disk", "[words |disk|]"},
        {"10.0.0.1", "[words |10.0.0.1|]"},
        {"off-line", "[words |off-line|]"},
        {"a,b", "[words |a,b|]"},
        {"disk*", "[words |disk|...]"},
        {"dis*k", "[words |dis*k|]"},
        {"\"disk*\"", "[words |disk*|]"},
        {"\"disk fu\"*", "[words |disk fu|...]"},
        {"\"\"", "[words ||]"},
        {"\"a \\\"b\\\" \\\\ \\n\"", "[words |a \"b\" \\ \\n|]"},
        {"köln", "[words |köln|]"},
        {"disk\"full up\"", "[and [words |disk|] [words |full up|]]"},
        {"disk(full)", "[and [words |disk|] [words |full|]]"},
        // names
        {"service:shop", "[service is |shop|]"},
        {"source:http", "[source is |http|]"},
        {"host:rack-7", "[host is |rack-7|]"},
        {"zone:north", "[any zone is |north|]"},
        {"a.b-c_d@e:1", "[any a.b-c_d@e is |1|]"},
        {"Service:shop", "[any Service is |shop|]"},
        {"tags.zone:north", "[tag zone is |north|]"},
        {"tags.k8s.pod:x", "[tag k8s.pod is |x|]"},
        {"tags:x", "[any tags is |x|]"},
        {"fields.http.path:/cart", "[field http.path is |/cart|]"},
        {"\"odd name\":x", "[any odd name is |x|]"},
        {"\"tags.odd name\":x", "[tag odd name is |x|]"},
        {"OR:x", "[any OR is |x|]"},
        {"zone:a,b,c", "[any zone is |a| |b| |c|]"},
        {"zone:a*,\"b c\",\"d e\"*,*", "[any zone is |a|... |b c| |d e|... ||...]"},
        {"zone:*", "[any zone there]"},
        {"zone:\"*\"", "[any zone is |*|]"},
        {"zone:\"\"", "[any zone is ||]"},
        {"code:-1", "[any code is |-1|]"},
        {"host:db:5432", "[host is |db:5432|]"},
        {"zone:OR", "[any zone is |OR|]"},
        {"message:*", "[message there]"},
        {"message:disk", "[words |disk|]"},
        {"message:disk*,\"full up\"", "[or [words |disk|...] [words |full up|]]"},
        {"fields.message:x", "[field message is |x|]"},
        // comparisons
        {"code:>5", "[any code > 5.000000]"},
        {"code:>=-1.5", "[any code >= -1.500000]"},
        {"fields.code:<1e3", "[field code < 1000.000000]"},
        {"code:<=.25", "[any code <= 0.250000]"},
        // levels
        {"level:error", "[level is |error|]"},
        {"level:WARNING", "[level is |warn|]"},
        {"level:warning,warn,\"err\"", "[level is |warn| |error|]"},
        {"level:unknown", "[level is |unknown|]"},
        {"level:*", "[level there]"},
        {"level:w*", "[level is |warn|]"},
        {"level:>=warning", "[level >= warn]"},
        {"level:<FATAL", "[level < fatal]"},
        // regular expressions
        {"message:~\"time(d )?out\"", "[message fits |time(d )?out|]"},
        {"raw:~\"\\d+ \\\"x\\\"\"", "[raw fits |\\d+ \"x\"|]"},
        {"service:~^shop", "[service fits |^shop|]"},
        {"service:~sho.*", "[service fits |sho.*|]"},
        {"level:~\"warn\"", "[level fits |warn|]"},
        // operators
        {"a b", "[and [words |a|] [words |b|]]"},
        {"a AND b", "[and [words |a|] [words |b|]]"},
        {"a OR b c", "[or [words |a|] [and [words |b|] [words |c|]]]"},
        {"(a OR b) c", "[and [or [words |a|] [words |b|]] [words |c|]]"},
        {"a (b (c))", "[and [words |a|] [words |b|] [words |c|]]"},
        {"a OR (b OR c)", "[or [words |a|] [words |b|] [words |c|]]"},
        {"-a", "[not [words |a|]]"},
        {"--a", "[not [not [words |a|]]]"},
        {"NOT a", "[not [words |a|]]"},
        {"NOT -NOT a", "[not [not [not [words |a|]]]]"},
        {"-service:x -(a b)", "[and [not [service is |x|]] [not [and [words |a|] [words |b|]]]]"},
        {"NOT(a)", "[not [words |a|]]"},
        {"-\"-\"", "[not [words |-|]]"},
        {"a or b and not c", "[and [words |a|] [words |or|] [words |b|] [words |and|] [words |not|] [words |c|]]"},
        {"\"OR\"", "[words |OR|]"},
        {"ORDER NOTE", "[and [words |ORDER|] [words |NOTE|]]"},
        {"OR*", "[words |OR|...]"},
    };
    for (const Case& c : kCases) {
        CAPTURE(c.text);
        CHECK(tree(c.text) == c.tree);
    }
}

TEST_CASE("searches that do not parse say where and what was expected") {
    struct Case {
        std::string_view text;
        std::size_t column;
        std::string_view expected;
    };
    const Case kCases[] = {
        {"(disk", 6, "a closing parenthesis"},
        {"disk )", 6, "an opening parenthesis"},
        {"köln )", 6, "an opening parenthesis"},
        {"()", 2, "a term after '('"},
        {"(a OR)", 6, "a term after OR"},
        {"\"disk", 6, "a closing quote"},
        {"\"ende \\\"", 9, "a closing quote"},
        {"a OR", 5, "a term after OR"},
        {"OR a", 1, "a term"},
        {"a OR OR b", 6, "a term after OR"},
        {"AND", 1, "a term"},
        {"a AND", 6, "a term after AND"},
        {"a AND OR b", 7, "a term after AND"},
        {"NOT", 4, "a term after NOT"},
        {"-", 2, "a term right after '-'"},
        {"a - b", 4, "a term right after '-'"},
        {"-)", 2, "a term right after '-'"},
        {":x", 1, "a name"},
        {"\"\":x", 1, "a name"},
        {"tags.:x", 1, "a name after 'tags.'"},
        {"fields.:x", 1, "a name after 'fields.'"},
        {"service:", 9, "a value after 'service:'"},
        {"service: x", 9, "a value after 'service:'"},
        {"service:,x", 9, "a value after 'service:'"},
        {"service:a,", 11, "another value after ','"},
        {"größe:", 7, "a value after 'größe:'"},
        {"service:\"x", 11, "a closing quote"},
        {"code:>", 7, "a number after 'code:>'"},
        {"code:>=abc", 8, "a number after 'code:>='"},
        {"code:>1,2", 7, "a number after 'code:>'"},
        {"code:>\"1\"", 7, "a number after 'code:>'"},
        {"code:>0x10", 7, "a number after 'code:>'"},
        {"code:>nan", 7, "a number after 'code:>'"},
        {"code:>inf", 7, "a number after 'code:>'"},
        {"code:>1e999", 7, "a number after 'code:>'"},
        {"code:>5x", 7, "a number after 'code:>'"},
        {"a service:>5", 3, "a field before '>'"},
        {"tags.zone:<=5", 1, "a field before '<='"},
        {"message:>5", 1, "a field before '>'"},
        {"level:loud", 7, "a level after 'level:'"},
        {"level:error,loud", 13, "a level after 'level:'"},
        {"level:z*", 7, "a level after 'level:'"},
        {"level:>=loud", 9, "a level after 'level:>='"},
        {"level:>unknown", 8, "a level after 'level:>'"},
        {"level:>", 8, "a level after 'level:>'"},
        {"raw:x", 5, "~\"regex\" after 'raw:'"},
        {"raw:*", 5, "~\"regex\" after 'raw:'"},
        {"message:~", 10, "a regular expression"},
        {"message:~\"(\"", 10, "a regular expression"},
        {"message:~\"[a\"", 10, "a regular expression"},
        {"message:~\"a**\"", 10, "a regular expression"},
        {"message:~\"(a{1000}){1000}\"", 10, "a regular expression"},
        {"message:~\"\\\\\"", 10, "a regular expression"},
        {"message:~time(d )?out", 10, "a regular expression in quotes"},
        {"message:~a{1,3}", 10, "a regular expression in quotes"},
        {"message:~\"a\"*", 10, "a regular expression in quotes"},
        {"disk \xff", 6, "text in UTF-8"},
        {"disk \xc3", 6, "text in UTF-8"},
        {"\xf0\x9f\x98\x80 \xed\xa0\x80", 3, "text in UTF-8"},
    };
    for (const Case& c : kCases) {
        CAPTURE(c.text);
        const auto query = parse_query(c.text);
        REQUIRE_FALSE(query.has_value());
        CHECK(query.error().column == c.column);
        CHECK(query.error().expected.starts_with(c.expected));
        CHECK(query.error().detail.size() > 10);
    }
}

TEST_CASE("an unknown level gets the list of levels") {
    CHECK(parse_query("level:loud").error().detail == "'loud' is no level: use trace, debug, info, warn, error, fatal or unknown.");
}

TEST_CASE("limits are kept, up to the last term and parenthesis") {
    CHECK(parse_query(repeat("(", kQueryDepthMax) + "a" + repeat(")", kQueryDepthMax)).has_value());
    CHECK(parse_query(repeat("-", kQueryDepthMax) + "a").has_value());
    CHECK(parse_query(repeat("-(", kQueryDepthMax / 2) + "a" + repeat(")", kQueryDepthMax / 2)).has_value());
    CHECK(parse_query(repeat("(a) -b ", kQueryTermsMax / 2)).has_value());
    CHECK(parse_query("n:" + repeat("a,", kQueryTermsMax - 1) + "a").has_value());
    CHECK(parse_query(repeat("n:~\"[a-z]+\" ", kQueryRegexesMax)).has_value());
    CHECK(parse_query(std::string(kQueryBytesMax, 'a')).has_value());

    struct Case {
        std::string text;
        std::size_t column;
    };
    const Case kCases[] = {
        {repeat("(", kQueryDepthMax + 1) + "a" + repeat(")", kQueryDepthMax + 1), kQueryDepthMax + 1},
        {repeat("(", 3000) + "a" + repeat(")", 3000), kQueryDepthMax + 1},
        {repeat("(", 60'000), kQueryDepthMax + 1},
        {repeat("-", 60'000) + "a", kQueryDepthMax + 1},
        {repeat("NOT ", 10'000) + "a", 4 * kQueryDepthMax + 1},
        {repeat("a ", kQueryTermsMax + 1), 2 * kQueryTermsMax + 1},
        {"n:" + repeat("a,", kQueryTermsMax) + "a", 2 * kQueryTermsMax + 3},
        {repeat("n:~x ", kQueryRegexesMax + 1), 5 * kQueryRegexesMax + 1},
        {std::string(kQueryBytesMax + 1, 'a'), kQueryBytesMax + 1},
    };
    for (const Case& c : kCases) {
        CAPTURE(c.text.substr(0, 20), c.text.size());
        const auto query = parse_query(c.text);
        REQUIRE_FALSE(query.has_value());
        CHECK(query.error().column == c.column);
        CHECK(query.error().expected.starts_with("at most "));
    }
}

TEST_CASE("what a query says of itself is short even where its pieces are long") {
    const auto query = parse_query(std::string(60'000, 'n') + ":");
    REQUIRE_FALSE(query.has_value());
    CHECK(query.error().expected.size() < 100);
    CHECK(query.error().column == 60'002);
}

TEST_CASE("the canonical text of a tree is short and plain") {
    struct Case {
        std::string_view text, canonical;
    };
    constexpr Case kCases[] = {
        {"", "*"},
        {"  a   AND b ", "a b"},
        {"NOT (a OR b) c", "-(a OR b) c"},
        {"((a)) OR ((b c))", "a OR b c"},
        {"\"simple\" \"two words\"", "simple \"two words\""},
        {"\"OR\" \"-x\" \"x*\" \"x\"*", "\"OR\" \"-x\" \"x*\" x*"},
        {"level:WARNING", "level:warn"},
        {"level:>=err", "level:>=error"},
        {"zone:\"a\",\"b c\",*", "zone:a,\"b c\",\"\"*"},
        {"zone:\"*\"", "zone:\"*\""},
        {"host:db:5432", "host:\"db:5432\""},
        {"tags.zone:* fields.a.b:>=1.50", "tags.zone:* fields.a.b:>=1.5"},
        {"message:~\"a\\.b\"", "message:~\"a\\\\.b\""},
        {"message:a,b c", "(a OR b) c"},
        {"\"odd name\":x", "\"odd name\":x"},
        {"--a", "--a"},
    };
    for (const Case& c : kCases) {
        CAPTURE(c.text);
        const auto query = parse_query(c.text);
        REQUIRE(query.has_value());
        CHECK(query->text() == c.text);
        CHECK(to_text(query->root()) == c.canonical);
    }
}

TEST_CASE("canonical text parses to the same tree, whatever is in it") {
    std::mt19937 random(4);
    for (int round = 0; round < 5'000; ++round) {
        const NodePtr original = random_tree(random, 4);
        const std::string text = to_text(*original);
        const auto parsed = parse_canonical(text);
        CAPTURE(text);
        REQUIRE(parsed.has_value());
        CHECK(describe(parsed->root()) == describe(*original));
    }
}

TEST_CASE("random searches keep their tree through canonical text") {
    std::mt19937 random(5);
    for (int round = 0; round < 2'000; ++round) {
        const std::string text = test::random_example(random, 4).text;
        CAPTURE(text);
        const auto query = parse_query(text);
        REQUIRE(query.has_value());
        const auto again = parse_query(to_text(query->root()));
        REQUIRE(again.has_value());
        CHECK(describe(again->root()) == describe(query->root()));
    }
}

TEST_CASE("a search at every limit, with filters beside it, survives its canonical text") {
    const std::string deep = repeat("(a OR b -(", kQueryDepthMax / 3) + "c" + repeat("))", kQueryDepthMax / 3);
    const std::string awkward = "message:" + repeat("\\,", kQueryTermsMax - 1) + "\\";
    for (const std::string& text : {deep, awkward, repeat("\\ ", kQueryTermsMax), repeat("-", kQueryDepthMax) + "a"}) {
        const auto query = parse_query(text);
        REQUIRE(query.has_value());
        const Query filtered = both(both(*query, *equals("service", "x y")), *equals("level", "error"));
        const auto again = parse_canonical(filtered.text());
        REQUIRE(again.has_value());
        CHECK(describe(again->root()) == describe(filtered.root()));
    }
}

TEST_CASE("both joins two searches by and") {
    const auto both_of = [](std::string_view a, std::string_view b) { return both(*parse_query(a), *parse_query(b)).text(); };
    CHECK(both_of("*", "*") == "*");
    CHECK(both_of("", "a") == "a");
    CHECK(both_of("a", "*") == "a");
    CHECK(both_of("a OR b", "c") == "(a OR b) c");
    CHECK(both_of("a b", "c -d") == "a b c -d");
    CHECK(Query().text() == "*");
    CHECK(describe(Query().root()) == "[all]");
}

TEST_CASE("equals takes any value as it is, and levels by meaning") {
    struct Case {
        std::string_view name, value, tree, text;
    };
    constexpr Case kCases[] = {
        {"service", "shop", "[service is |shop|]", "service:shop"},
        {"service", "a,b*", "[service is |a,b*|]", "service:\"a,b*\""},
        {"service", "say \"\\\"", "[service is |say \"\\\"|]", "service:\"say \\\"\\\\\\\"\""},
        {"service", "", "[service is ||]", "service:\"\""},
        {"host", "*", "[host is |*|]", "host:\"*\""},
        {"tags.zone", "north", "[tag zone is |north|]", "tags.zone:north"},
        {"odd name", "x", "[any odd name is |x|]", "\"odd name\":x"},
        {"level", "Warning", "[level is |warn|]", "level:warn"},
        {"level", "unknown", "[level is |unknown|]", "level:unknown"},
        {"message", "disk full", "[words |disk full|]", "\"disk full\""},
    };
    for (const Case& c : kCases) {
        CAPTURE(c.name, c.value);
        const auto query = equals(c.name, c.value);
        REQUIRE(query.has_value());
        CHECK(describe(query->root()) == c.tree);
        CHECK(query->text() == c.text);
        CHECK(tree(query->text()) == c.tree);
    }
    for (const auto& [name, value] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
             {"level", "loud"}, {"level", ""}, {"level", "w*"}, {"raw", "x"}, {"", "x"}, {"tags.", "x"}, {"host", "\xff"}, {"\xff", "x"}}) {
        CAPTURE(name, value);
        const auto query = equals(name, value);
        REQUIRE_FALSE(query.has_value());
        CHECK(query.error().column == 1);
        CHECK_FALSE(query.error().expected.empty());
        CHECK_FALSE(query.error().detail.empty());
    }
}

TEST_CASE("words are a phrase, whatever is in them") {
    CHECK(describe(words("disk OR -full*").root()) == "[words |disk OR -full*|]");
    CHECK(words("disk OR -full*").text() == "\"disk OR -full*\"");
    CHECK(words("caf\xe9").text() == "caf\xef\xbf\xbd");
}
