#include "logchute/core/json_text.hpp"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace logchute;

namespace {

std::string written(std::string_view text) {
    std::string out;
    json::append_string(out, text);
    return out;
}

std::string unquoted(std::string_view string) {
    std::string scratch;
    return std::string(json::unquote(string, scratch));
}

}  // namespace

TEST_CASE("strings are written with what JSON must have escaped, and no more") {
    CHECK(written("") == R"("")");
    CHECK(written("plain text") == R"("plain text")");
    CHECK(written("a \"b\" \\ c/d") == R"("a \"b\" \\ c/d")");
    CHECK(written("\b\f\n\r\t") == R"("\b\f\n\r\t")");
    CHECK(written(std::string_view("\0\x01\x1f\x7f", 4)) == "\"\\u0000\\u0001\\u001f\x7f\"");
    CHECK(written("grüße ☃ 😀") == "\"grüße ☃ 😀\"");
    std::string out = "kept";
    json::append_string(out, "\xff and more");
    CHECK(out == "kept\"\uFFFD and more\"");
}

TEST_CASE("whatever the bytes, what append_string writes is JSON") {
    std::mt19937 random(7);
    for (int round = 0; round < 2000; ++round) {
        std::string bytes(random() % 70, '\0');
        for (char& c : bytes) c = static_cast<char>(random() % 3 == 0 ? random() : ' ' + random() % 95);
        const auto parsed = nlohmann::json::parse(written(bytes));
        CHECK(parsed.get<std::string>() == json::to_valid_utf8(bytes));
        CHECK(unquoted(written(bytes)) == json::to_valid_utf8(bytes));
    }
}

TEST_CASE("escapes are undone") {
    CHECK(unquoted(R"("plain")") == "plain");
    CHECK(unquoted(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
    CHECK(unquoted(R"("gr\u00fc\u00DFe \u2603 \ud83d\ude00")") == "grüße ☃ 😀");
    CHECK(unquoted(R"("\u0000")") == std::string(1, '\0'));
    CHECK(unquoted(R"("\ud83d")") == "\uFFFD");
    CHECK(unquoted(R"("\ude00\ud83d")") == "\uFFFD\uFFFD");
    CHECK(unquoted(R"("\ud83d\u0041")") == "\uFFFDA");
}

TEST_CASE("what is no JSON string does no harm to unquote") {
    CHECK(unquoted("").empty());
    CHECK(unquoted("\"") == "\"");
    CHECK(unquoted("bare") == "bare");
    CHECK(unquoted(R"("\x\u12\")") == R"(\x\u12\)");
}

TEST_CASE("a view without escapes is not copied") {
    const std::string_view string = R"("as it stands")";
    std::string scratch;
    CHECK(json::unquote(string, scratch).data() == string.data() + 1);
}

TEST_CASE("members are found in order, with their texts as they stand") {
    const std::string_view object = R"( { "a" : 1 , "b\u0041":"x,}]", "c":{"d":[1,{"}":"]"}]} ,"e":null,"f":[],"g":-1.50e3})";
    std::vector<std::pair<std::string, std::string>> seen;
    json::for_each_member(object, [&](std::string_view key, std::string_view value) { seen.emplace_back(key, value); });
    const std::vector<std::pair<std::string, std::string>> expected{{"a", "1"},    {"bA", R"("x,}]")"}, {"c", R"({"d":[1,{"}":"]"}]})"},
                                                                    {"e", "null"}, {"f", "[]"},         {"g", "-1.50e3"}};
    CHECK(seen == expected);
    std::size_t at = 0;
    CHECK_FALSE(json::next_member("{}", at).has_value());
}

TEST_CASE("keys are found by their unescaped name, the first of equals") {
    const std::string_view object = R"({"a":1,"gr\u00fcn":2,"a":3,"":4,"k\"q":5})";
    CHECK(json::find_key(object, "a") == "1");
    CHECK(json::find_key(object, "grün") == "2");
    CHECK(json::find_key(object, "") == "4");
    CHECK(json::find_key(object, "k\"q") == "5");
    CHECK_FALSE(json::find_key(object, "b").has_value());
    CHECK_FALSE(json::find_key(object, R"(gr\u00fcn)").has_value());
    const std::string long_key = R"({"\u0041)" + std::string(5000, 'x') + R"(":6})";
    CHECK(json::find_key(long_key, "A" + std::string(5000, 'x')) == "6");
}

TEST_CASE("paths go through nested objects, and a key with dots goes first") {
    const std::string_view object = R"({"a":{"b":{"c":1},"b.c":2,"x":3},"a.x":4,"s":"text","service.name":"api","l":[{"a":1}]})";
    CHECK(json::find_path(object, "a.b") == R"({"c":1})");
    CHECK(json::find_path(object, "a.b.c") == "2");
    CHECK(json::find_path(object, "a.x") == "4");
    CHECK(json::find_path(object, "service.name") == "\"api\"");
    for (const std::string_view path : {"b", "a.b.c.d", "s.x", "l.a", ".", "a.", ".a", "a..b", ""}) {
        INFO(path);
        CHECK_FALSE(json::find_path(object, path).has_value());
    }
}

TEST_CASE("kinds are told by the first character") {
    using enum json::Kind;
    CHECK(json::kind_of("{}") == object);
    CHECK(json::kind_of("[]") == array);
    CHECK(json::kind_of("\"\"") == string);
    CHECK(json::kind_of("-1") == number);
    CHECK(json::kind_of("0") == number);
    CHECK(json::kind_of("true") == boolean);
    CHECK(json::kind_of("false") == boolean);
    CHECK(json::kind_of("null") == null);
    CHECK(json::kind_of("") == null);
}

TEST_CASE("text that is no JSON gives nothing and is not read beyond its end") {
    std::mt19937 random(11);
    const std::string_view pieces = "{}[]\",:\\ \tantu0e-\xc3";
    for (int round = 0; round < 5000; ++round) {
        std::string bytes(random() % 24, '\0');
        for (char& c : bytes) c = pieces[random() % pieces.size()];
        // A copy on the heap of exactly that size, for AddressSanitizer to watch.
        const std::vector<char> exact(bytes.begin(), bytes.end());
        const std::string_view text(exact.data(), exact.size());
        int members = 0;
        json::for_each_member(text, [&](std::string_view, std::string_view) { ++members; });
        CHECK(members <= static_cast<int>(text.size()));
        (void)json::find_path(text, "a.n");
        (void)unquoted(text);
    }
    for (const std::string_view text :
         {"", "{", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":\"", "{\"a\":{", "[1]", "1", "{\"a\" 1}", "{1:2}"}) {
        CHECK_FALSE(json::find_key(text, "a").has_value());
    }
}

TEST_CASE("ill-formed UTF-8 is replaced as the WHATWG says, a maximal part at a time") {
    struct Row {
        std::string_view bytes;
        std::string_view text;
    };
    const Row rows[] = {
        {"plain", "plain"},
        {"grüße ☃ 😀", "grüße ☃ 😀"},
        {"\xff\xfe", "\uFFFD\uFFFD"},
        {"\xc3(", "\uFFFD("},
        {"a\x80z", "a\uFFFDz"},
        {"\xe2\x98", "\uFFFD"},
        {"\xe2\x98z", "\uFFFDz"},
        {"\xf0\x9f\x98", "\uFFFD"},
        {"\xf0\x9f\x98 \xf0\x9f", "\uFFFD \uFFFD"},
        {"\xc0\xaf", "\uFFFD\uFFFD"},
        {"\xe0\x80\xaf", "\uFFFD\uFFFD\uFFFD"},
        {"\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"},
        {"\xf4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
        {"\xf5\x80", "\uFFFD\uFFFD"},
        {"\xf4\x8f\xbf\xbf", "\U0010FFFF"},
    };
    for (const Row& row : rows) {
        CHECK(json::to_valid_utf8(row.bytes) == row.text);
        CHECK(json::is_valid_utf8(row.bytes) == (row.bytes == row.text));
        CHECK(json::is_valid_utf8(row.text));
    }
    CHECK(json::is_valid_utf8(""));
    CHECK(json::is_valid_utf8(std::string_view("\0", 1)));
}
