#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>

#include "parsed.hpp"

using namespace logchute;
using logchute::test::kReceived;
using logchute::test::Parsed;
using nlohmann::json;

namespace {

Parsed json_line(std::string line) { return {std::move(line), Format::json}; }

bool lies_in(std::string_view view, const std::string& text) {
    return view.data() >= text.data() && view.data() + view.size() <= text.data() + text.size();
}

}  // namespace

TEST_CASE("a record with everything is taken as it came, without a copy") {
    const Parsed parsed = json_line(
        R"({"timestamp":"2026-11-21T02:28:01.123456789Z","level":"error","service":"api","host":"node-7","message":"upstream timeout",)"
        R"("tags":{"region":"eu","run":"r1"},"fields":{ "status": 504, "id":9007199254740993,"cost":1.50,"list":[1,{"b":[]}],"none":null}})");
    const LogRecord& record = parsed.record();
    CHECK(format_rfc3339(record.timestamp) == "2026-11-21T02:28:01.123456789Z");
    CHECK_FALSE(record.timestamp_is_receipt);
    CHECK(record.timestamp_text == "2026-11-21T02:28:01.123456789Z");
    CHECK(record.level == Level::error);
    CHECK(record.service == "api");
    CHECK(record.host == "node-7");
    CHECK(record.message == "upstream timeout");
    CHECK(record.tags == R"({"region":"eu","run":"r1"})");
    CHECK(record.fields == R"({ "status": 504, "id":9007199254740993,"cost":1.50,"list":[1,{"b":[]}],"none":null})");
    CHECK_FALSE(record.has_rejected);
    CHECK(record.raw == parsed.text);
    for (const std::string_view view : {record.timestamp_text, record.service, record.host, record.message, record.tags, record.fields}) {
        CHECK(lies_in(view, parsed.text));
    }
}

TEST_CASE("the usual names of the parts are understood") {
    for (const std::string key : {"timestamp", "@timestamp", "ts", "time"}) {
        INFO(key);
        CHECK(format_rfc3339(json_line("{\"" + key + "\":1709210096}").record().timestamp) == "2024-02-29T12:34:56Z");
    }
    for (const std::string key : {"level", "severity", "lvl", "log.level", "loglevel"}) {
        INFO(key);
        CHECK(json_line("{\"" + key + "\":\"WARNING\"}").record().level == Level::warn);
    }
    for (const std::string key : {"message", "msg", "log", "body"}) {
        INFO(key);
        CHECK(json_line("{\"" + key + "\":\"said so\"}").record().message == "said so");
    }
    for (const std::string key : {"host", "hostname", "host.name"}) {
        INFO(key);
        CHECK(json_line("{\"" + key + "\":\"node-9\"}").record().host == "node-9");
    }
    for (const std::string key : {"service", "app", "service.name", "service_name", "application"}) {
        INFO(key);
        CHECK(json_line("{\"" + key + "\":\"shop\"}").record().service == "shop");
    }
    // Spelled with an escape it is the same name.
    CHECK(json_line(R"({"mess\u0061ge":"m"})").record().message == "m");
}

TEST_CASE("of several names for one part the foremost is taken, and the others are fields") {
    for (const std::string line : {R"({"msg":"second","message":"first"})", R"({"message":"first","msg":"second"})"}) {
        INFO(line);
        const Parsed parsed = json_line(line);
        CHECK(parsed.record().message == "first");
        CHECK(parsed.fields() == json{{"msg", "second"}});
        CHECK_FALSE(parsed.record().has_rejected);
    }
    const Parsed three = json_line(R"({"time":1,"ts":2,"@timestamp":3,"x":0})");
    CHECK(to_nanos(three.record().timestamp) == 3'000'000'000);
    CHECK(three.fields() == json{{"time", 1}, {"ts", 2}, {"x", 0}});
    // Twice the same name: the first, and the other is kept.
    const Parsed twice = json_line(R"({"message":"one","message":"two"})");
    CHECK(twice.record().message == "one");
    CHECK(twice.fields() == json{{"message", "two"}});
}

TEST_CASE("null is as if it were not there") {
    const Parsed parsed = json_line(
        R"({"timestamp":null,"level":null,"message":null,"host":null,"service":null,"tags":null,"fields":null,"msg":"m","ts":7,"other":null})");
    CHECK(parsed.record().message == "m");
    CHECK(to_nanos(parsed.record().timestamp) == 7'000'000'000);
    CHECK(parsed.record().level == Level::unknown);
    CHECK(parsed.record().service.empty());
    CHECK(parsed.record().tags.empty());
    CHECK(parsed.fields() == json{{"other", nullptr}});
    CHECK_FALSE(parsed.record().has_rejected);
}

TEST_CASE("a record without a time has the time of receipt and says so") {
    const Parsed parsed = json_line(R"({"message":"m"})");
    CHECK(parsed.record().timestamp == kReceived);
    CHECK(parsed.record().timestamp_is_receipt);
    CHECK(parsed.record().timestamp_text.empty());
}

TEST_CASE("a time that is none is rejected under the name it came with") {
    for (const std::string value : {R"("not a time")", R"("")", "true", "[1]", "{}", "1e300", "99999999999", R"("2026-02-30T00:00:00Z")"}) {
        INFO(value);
        const Parsed parsed = json_line("{\"timestamp\":" + value + ",\"message\":\"m\",\"service\":\"kept\"}");
        CHECK(parsed.record().timestamp == kReceived);
        CHECK(parsed.record().timestamp_is_receipt);
        CHECK(parsed.record().has_rejected);
        CHECK(parsed.fields() == json{{"_rejected", {{"timestamp", json::parse(value)}}}});
        CHECK(parsed.record().message == "m");
        CHECK(parsed.record().service == "kept");
    }
    CHECK(json_line(R"({"ts":"x"})").fields() == json{{"_rejected", {{"ts", "x"}}}});
}

TEST_CASE("levels are names or numbers; unknown spellings stay findable") {
    CHECK(json_line(R"({"level":3})").record().level == Level::error);
    CHECK(json_line(R"({"level":"30"})").record().level == Level::info);
    CHECK(json_line(R"({"level":"w\u0061rn"})").record().level == Level::warn);
    CHECK(json_line(R"({"level":""})").fields() == json::object());
    const Parsed loud = json_line(R"({"severity":"loud"})");
    CHECK(loud.record().level == Level::unknown);
    CHECK(loud.fields() == json{{"level", "loud"}});
    CHECK_FALSE(loud.record().has_rejected);
    CHECK(json_line(R"({"level":35})").fields() == json{{"level", 35}});
    for (const std::string value : {"[1,2]", "true", "{\"a\":1}"}) {
        const Parsed parsed = json_line("{\"level\":" + value + "}");
        CHECK(parsed.record().level == Level::unknown);
        CHECK(parsed.fields() == json{{"_rejected", {{"level", json::parse(value)}}}});
    }
}

TEST_CASE("a message that is a number or a boolean is its text; what has parts is rejected") {
    CHECK(json_line(R"({"message":12.50})").record().message == "12.50");
    CHECK(json_line(R"({"message":true})").record().message == "true");
    CHECK(json_line(R"({"message":"say \"gr\u00fc\u00df\"\n\ud83d\ude00"})").record().message == "say \"grüß\"\n😀");
    CHECK(json_line(R"({"message":["a"]})").fields() == json{{"_rejected", {{"message", {"a"}}}}});
    // Under an alias that is a group of its own, it is somebody's field.
    const Parsed elastic = json_line(R"({"log":{"offset":7},"message":"m"})");
    CHECK(elastic.record().message == "m");
    CHECK(elastic.fields() == json{{"log", {{"offset", 7}}}});
    CHECK_FALSE(elastic.record().has_rejected);
}

TEST_CASE("service and host are strings or numbers within their limit") {
    CHECK(json_line(R"({"service":7})").record().service == "7");
    CHECK(json_line(R"({"host":true})").fields() == json{{"_rejected", {{"host", true}}}});
    CHECK(json_line(R"({"host":["a"]})").fields() == json{{"_rejected", {{"host", {"a"}}}}});
    const std::string longest(kNameBytesMax, 'x');
    CHECK(json_line(R"({"service":")" + longest + R"("})").record().service == longest);
    const Parsed over = json_line(R"({"service":"y)" + longest + R"("})");
    CHECK(over.record().service.empty());
    CHECK(over.fields() == json{{"_rejected", {{"service", "y" + longest}}}});
    const Parsed nested = json_line(R"({"host":{"name":"node-1","os":"linux"},"service":{"name":"api"}})");
    CHECK(nested.record().host == "node-1");
    CHECK(nested.record().service == "api");
    CHECK(nested.fields() == json{{"host", {{"name", "node-1"}, {"os", "linux"}}}, {"service", {{"name", "api"}}}});
}

TEST_CASE("tags become strings, compact; what cannot be one is rejected") {
    CHECK(json_line(R"({"tags":{ "a" : "x", "b": 1.50, "c":true , "d":null}})").record().tags == R"({"a":"x","b":"1.50","c":"true"})");
    CHECK(json_line(R"({"tags":{}})").record().tags.empty());
    CHECK(json_line(R"({"tags":{"a":"x\"y","gr\u00fcn":"z"}})").tags() == json{{"a", "x\"y"}, {"grün", "z"}});
    const Parsed mixed = json_line(R"({"tags":{"a":"x","b":[1],"c":{"d":2},"a":"again"}})");
    CHECK(mixed.record().tags == R"({"a":"x"})");
    CHECK(mixed.record().has_rejected);
    CHECK(mixed.fields() == json{{"_rejected", {{"tags.b", {1}}, {"tags.c", {{"d", 2}}}, {"tags.a", "again"}}}});
    for (const std::string value : {"\"prod\"", "[\"a\",\"b\"]", "7"}) {
        CHECK(json_line("{\"tags\":" + value + "}").fields() == json{{"_rejected", {{"tags", json::parse(value)}}}});
    }
}

TEST_CASE("tags over their limits are rejected, and the others kept") {
    std::string many = R"({"tags":{)";
    for (std::size_t i = 0; i < kTagsMax + 2; ++i) many += (i ? ",\"t" : "\"t") + std::to_string(i) + "\":\"v\"";
    const Parsed parsed = json_line(many + "}}");
    CHECK(parsed.tags().size() == kTagsMax);
    CHECK(parsed.fields()["_rejected"] == json{{"tags.t64", "v"}, {"tags.t65", "v"}});

    const std::string longest(kTagBytesMax, 'v');
    CHECK(json_line(R"({"tags":{"a":")" + longest + R"("}})").tags() == json{{"a", longest}});
    CHECK(json_line(R"({"tags":{"a":"x)" + longest + R"("}})").fields() == json{{"_rejected", {{"tags.a", "x" + longest}}}});
    CHECK(json_line(R"({"tags":{"x)" + longest + R"(":"a"}})").fields() == json{{"_rejected", {{"tags.x" + longest, "a"}}}});
}

TEST_CASE("unknown names become fields, behind those that came as fields") {
    const Parsed parsed = json_line(R"({"color":"teal","fields":{"n":1.50, "m" : 2},"ctx":{"a":{"b":7}}})");
    CHECK(parsed.record().fields == R"({"n":1.50, "m" : 2,"color":"teal","ctx":{"a":{"b":7}}})");
    CHECK(json_line(R"({"color":"teal"})").record().fields == R"({"color":"teal"})");
    CHECK(json_line(R"({"color":"teal","fields":{ }})").record().fields == R"({"color":"teal"})");
    CHECK(json_line(R"({"fields":{}})").record().fields.empty());
    CHECK(json_line(R"({"":1,"k\"":2})").fields() == json{{"", 1}, {"k\"", 2}});
}

TEST_CASE("a name that fields has already keeps its value there, and the other is rejected, not lost") {
    const Parsed parsed = json_line(R"({"color":"top","fields":{"color":"own"},"c\u006flor":"third"})");
    CHECK(parsed.fields() == json{{"color", "own"}, {"_rejected", {{"color", "top"}, {"color#2", "third"}}}});
    CHECK(parsed.record().has_rejected);
    CHECK(json_line(R"({"a":1,"a":2,"a":3,"a#2":4})").fields() == json{{"a", 1}, {"a#2", 4}, {"_rejected", {{"a", 2}, {"a#2", 3}}}});
    CHECK(json_line(R"({"level":"loud","fields":{"level":9}})").fields() == json{{"level", 9}, {"_rejected", {{"level", "loud"}}}});
}

TEST_CASE("an exported record that comes in again keeps what was rejected before") {
    const Parsed alone = json_line(R"({"fields":{"n":1,"_rejected":{"timestamp":"x"}}})");
    CHECK(alone.record().fields == R"({"n":1,"_rejected":{"timestamp":"x"}})");
    CHECK(alone.record().has_rejected);
    const Parsed more = json_line(R"({"timestamp":"y","fields":{"n":1,"_rejected":{"timestamp":"x","level":[]}}})");
    CHECK(more.fields() == json{{"n", 1}, {"_rejected", {{"timestamp", "y"}, {"timestamp#2", "x"}, {"level", json::array()}}}});
    CHECK(json_line(R"({"_rejected":{"a":1}})").fields() == json{{"_rejected", {{"a", 1}}}});
    CHECK(json_line(R"({"_rejected":7,"fields":{"_rejected":{"b":2}}})").fields() == json{{"_rejected", {{"b", 2}, {"_rejected", 7}}}});
}

TEST_CASE("many members are sorted out as few are") {
    json expected;
    std::string line = "{";
    for (int i = 0; i < 3000; ++i) {
        const std::string name = "key" + std::to_string(i);
        line += "\"" + name + "\":" + std::to_string(i) + ",";
        expected[name] = i;
    }
    const Parsed parsed = json_line(line + R"("key0":"again"})");
    expected["_rejected"] = {{"key0", "again"}};
    CHECK(parsed.fields() == expected);
    std::string same = "{";
    for (int i = 0; i < 3000; ++i) same += "\"a\":1,";
    CHECK(json_line(same + R"("b":2})").fields()["_rejected"].size() == 2999);
}

TEST_CASE("fields that are no object are rejected") {
    for (const std::string value : {"\"text\"", "[1]", "5", "false"}) {
        CHECK(json_line("{\"fields\":" + value + "}").fields() == json{{"_rejected", {{"fields", json::parse(value)}}}});
    }
}

TEST_CASE("what is nested too deep is kept as text") {
    const auto nest = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    const std::string fits = "{\"a\":" + nest(kJsonDepthMax - 1) + "}";
    CHECK(json_line("{\"fields\":" + fits + "}").record().fields == fits);
    CHECK(json_line("{\"a\":" + nest(kJsonDepthMax - 1) + "}").record().fields == fits);
    const std::string deep = "{\"a\":" + nest(kJsonDepthMax) + "}";
    CHECK(json_line("{\"fields\":" + deep + "}").fields() == json{{"_rejected", {{"fields", deep}}}});
    CHECK(json_line(deep).fields() == json{{"_rejected", {{"a", nest(kJsonDepthMax)}}}});
    const Parsed hopeless = json_line("{\"a\":" + std::string(100'000, '[') + "}");
    CHECK(hopeless.bad().reason == Reason::invalid_json);
    CHECK(hopeless.bad().detail == "column 518: values are nested more than 512 deep");
}

TEST_CASE("half a surrogate pair becomes U+FFFD, and raw stays") {
    const Parsed half = json_line(R"({"message":"cut \ud83d","fields":{"a":"\ude00 \ud83d\ude00","b":"\ud83d\u0041"},"timestamp":1})");
    CHECK(half.record().message == "cut \uFFFD");
    CHECK(half.fields() == json{{"a", "\uFFFD 😀"}, {"b", "\uFFFDA"}});
    CHECK(half.record().raw == half.text);
    CHECK(half.record().timestamp_text.empty());
}

TEST_CASE("numbers keep their text") {
    CHECK(json_line(R"({"a":9007199254740993,"b":1.50,"c":-0,"d":1E5,"e":123456789012345678901234567890,"f":0.1e-7})").record().fields ==
          R"({"a":9007199254740993,"b":1.50,"c":-0,"d":1E5,"e":123456789012345678901234567890,"f":0.1e-7})");
    const std::string digits(400, '9');
    const std::string huge = R"({"a":1e999,"b":[-1E+400,1e-999,0e999,1e308],"c":)" + digits + "}";
    CHECK(json_line(huge).record().fields == huge);
    CHECK(json_line("{\"fields\":" + huge + "}").record().fields == huge);
    CHECK(json_line(R"({"tags":{"n":1e999},"ts":1e999})").record().fields == R"({"_rejected":{"ts":1e999}})");
    CHECK(json_line(R"({"tags":{"n":1e999}})").record().tags == R"({"n":"1e999"})");
}

TEST_CASE("white space and a byte order mark around the object do no harm") {
    CHECK(json_line(" \t{ \"message\" : \"m\" } \t").record().message == "m");
    const Parsed marked = json_line("\xEF\xBB\xBF{\"message\":\"m\"}");
    CHECK(marked.record().message == "m");
    CHECK(marked.record().raw == marked.text);
}

TEST_CASE("what is no JSON object is refused, with the reason and the column") {
    struct Row {
        std::string_view line;
        Reason reason;
        std::string_view detail;
    };
    using enum Reason;
    const Row rows[] = {
        {R"({"message":"never closed)", invalid_json, "column 12: this string is not closed"},
        {R"({"message":"no brace")", invalid_json, "column 22: the object is not closed"},
        {R"({"message":"comma",})", invalid_json, "column 20: expected a name in double quotes"},
        {R"({'message':'single quotes'})", invalid_json, "column 2: expected a name in double quotes"},
        {R"({"message":"a" "b":1})", invalid_json, "column 16: expected ',' or '}'"},
        {R"({"message":"a","b" 1})", invalid_json, "column 20: expected ':' after the name"},
        {R"({"message":"\q"})", invalid_json, "column 13: there is no such escape in JSON"},
        {R"({"message":"\u12g4"})", invalid_json, "column 13: expected four hexadecimal digits after \\u"},
        {R"({"message":"\)", invalid_json, "column 13: there is no such escape in JSON"},
        {R"({"message":"\u12)", invalid_json, "column 13: expected four hexadecimal digits after \\u"},
        {R"({"message":"two"} trailing)", invalid_json, "column 19: there is more behind the object"},
        {R"({"message":"two"}{"message":"three"})", invalid_json, "column 18: there is more behind the object"},
        {"{\"message\":\"\x01\"}", invalid_json, "column 13: control characters in strings must be escaped"},
        {std::string_view("{\"message\":\"\0\"}", 15), invalid_json, "column 13: control characters in strings must be escaped"},
        {std::string_view("{\"a\":1\0}", 8), invalid_json, "column 7: expected ',' or '}'"},
        {R"({"v":NaN})", invalid_json, "column 6: expected a value"},
        {R"({"v":012})", invalid_json, "column 7: a number has no leading zero"},
        {R"({"v":+1})", invalid_json, "column 6: expected a value"},
        {R"({"v":.5})", invalid_json, "column 6: expected a value"},
        {R"({"v":-})", invalid_json, "column 7: expected a digit"},
        {R"({"v":1.})", invalid_json, "column 8: expected a digit after the point"},
        {R"({"v":1e+})", invalid_json, "column 9: expected a digit in the exponent"},
        {R"({"v":1)", invalid_json, "column 7: the object is not closed"},
        {R"({"v":)", invalid_json, "column 6: a value is missing"},
        {R"({"v":tru})", invalid_json, "column 6: expected a value"},
        {R"({"v":truely})", invalid_json, "column 10: expected ',' or '}'"},
        {R"({"v":[1,]})", invalid_json, "column 9: expected a value"},
        {R"({"v":[1 2]})", invalid_json, "column 9: expected ',' or ']'"},
        {R"({"v":[1)", invalid_json, "column 8: the array is not closed"},
        {R"({"v":[1}})", invalid_json, "column 8: expected ',' or ']'"},
        {R"({"tags":{"a":}})", invalid_json, "column 14: expected a value"},
        {R"({"tags":{"a":"x")", invalid_json, "column 17: the object is not closed"},
        {R"({)", invalid_json, "column 2: expected a name in double quotes"},
        {R"({message:"bare"})", invalid_json, "column 2: expected a name in double quotes"},
        {R"(["an array"])", invalid_json, "column 1: expected '{': a record is a JSON object"},
        {R"("a string")", invalid_json, "column 1: expected '{': a record is a JSON object"},
        {"plain text", invalid_json, "column 1: expected '{': a record is a JSON object"},
        {"{\"message\":\"ok \xff\xfe\"}", invalid_utf8, "column 16: this byte is no UTF-8"},
        {"{\"message\":\"\xc3\xbc \xc3(\"}", invalid_utf8, "column 16: this byte is no UTF-8"},
        {"{\"\xed\xa0\x80\":1}", invalid_utf8, "column 3: this byte is no UTF-8"},
        {"{\"a\":\xff}", invalid_json, "column 6: expected a value"},
        {"{\"message\":\"\xff\"", invalid_json, "column 15: the object is not closed"},
    };
    for (const Row& row : rows) {
        INFO(row.line);
        const Parsed parsed = json_line(std::string(row.line));
        CHECK(parsed.bad().reason == row.reason);
        CHECK(parsed.bad().detail == row.detail);
        CHECK(parsed.bad().raw == row.line);
        // In auto nobody has promised JSON: the line is plain text.
        const Parsed automatic(std::string(row.line), Format::automatic);
        CHECK(automatic.record().raw == row.line);
    }
}

TEST_CASE("a line is read the same wherever it stands in the message") {
    // The scanner reads blocks across line ends: neither neighbours nor the end of the text may change a line.
    const std::string line = R"({"message":"short","fields":{"k":"vvvvvvvvvvvvvvvvvvvvvvvvvvvvv"}})";
    for (std::size_t cut = 0; cut <= line.size(); ++cut) {
        const std::string part = line.substr(0, cut);
        const bool whole = cut == line.size();
        for (const std::string after : {"", "\n", "\n\"}}", "\r\n\xff\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\""}) {
            const Parsed parsed(part + after, Format::json);
            const std::size_t records = parsed.batch.records.size();
            CHECK(records == (whole ? 1 : 0));
            if (whole) CHECK(parsed.batch.records[0].message == "short");
        }
    }
}

TEST_CASE("rejected values nested too deep are kept as text, wherever they came from") {
    const auto nest = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK(json_line("{\"tags\":{\"a\":" + nest(70) + "}}").fields() == json{{"_rejected", {{"tags.a", nest(70)}}}});
    CHECK(json_line("{\"_rejected\":{\"a\":" + nest(70) + "}}").fields() == json{{"_rejected", {{"a", nest(70)}}}});
    CHECK(json_line("{\"level\":" + nest(62) + "}").fields() == json{{"_rejected", {{"level", json::parse(nest(62))}}}});
    CHECK(json_line("{\"level\":" + nest(63) + "}").fields() == json{{"_rejected", {{"level", nest(63)}}}});
}

TEST_CASE("a group whose name is too long for a host is rejected whole, once") {
    const std::string name(kNameBytesMax + 1, 'x');
    const Parsed parsed = json_line(R"({"host":{"name":")" + name + R"("}})");
    CHECK(parsed.record().host.empty());
    CHECK(parsed.fields() == json{{"_rejected", {{"host", {{"name", name}}}}}});
    CHECK(json_line(R"({"fields":{ }})").record().fields.empty());
}
