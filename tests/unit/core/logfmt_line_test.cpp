#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>

#include "parsed.hpp"

using namespace logchute;
using logchute::test::kReceived;
using logchute::test::Parsed;
using nlohmann::json;

TEST_CASE("a logfmt line fills the record and the rest becomes fields") {
    const Parsed parsed(
        R"(time=2026-11-20T02:28:01.5Z level=warn service=shop host=node-3 msg="card \"4711\" refused" status=402 cached=false slow)",
        Format::logfmt);
    const LogRecord& record = parsed.record();
    CHECK(format_rfc3339(record.timestamp) == "2026-11-20T02:28:01.500000000Z");
    CHECK(record.timestamp_text == "2026-11-20T02:28:01.5Z");
    CHECK_FALSE(record.timestamp_is_receipt);
    CHECK(record.level == Level::warn);
    CHECK(record.service == "shop");
    CHECK(record.host == "node-3");
    CHECK(record.message == "card \"4711\" refused");
    CHECK(record.fields == R"({"status":402,"cached":false,"slow":true})");
    CHECK(record.raw == parsed.text);
    CHECK_FALSE(record.has_rejected);
}

TEST_CASE("values of logfmt are text unless JSON holds the number or boolean as it stands") {
    const struct {
        std::string pair;
        json value;
    } cases[] = {
        {"v=7", 7},
        {"v=-7", -7},
        {"v=0", 0},
        {"v=1.5e3", 1.5e3},
        {"v=2E-7", 2E-7},
        {"v=123456789012345678", 123456789012345678},
        {"v=true", true},
        {"v=false", false},
        {"v=", ""},
        {R"(v="")", ""},
        {R"(v="7")", "7"},
        {R"(v="true")", "true"},
        {"v=007", "007"},
        {"v=+7", "+7"},
        {"v=7.", "7."},
        {"v=.5", ".5"},
        {"v=1e", "1e"},
        {"v=12e4567", "12e4567"},
        {"v=1234567890123456789012", "1234567890123456789012"},
        {"v=-", "-"},
        {"v=0x1f", "0x1f"},
        {"v=True", "True"},
        {"v=null", "null"},
        {"v=NaN", "NaN"},
        {"v=12ms", "12ms"},
        {"v=a=b", "a=b"},
        {R"(v=say"so")", "say\"so\""},
        {R"(v={"a":1})", R"({"a":1})"},
        {R"(v=C:\temp)", R"(C:\temp)"},
        {R"(v="a\tb\\c\u00e9\/")", "a\tb\\c\u00e9/"},
        {R"(v="no \q escape")", "no \\q escape"},
        {"v=\"tab\there\"", "tab\there"},
        {"v=ümläut", "ümläut"},
    };
    for (const auto& [pair, value] : cases) {
        INFO(pair);
        const Parsed parsed("msg=m " + pair, Format::logfmt);
        CHECK(parsed.fields() == json{{"v", value}});
    }
}

TEST_CASE("logfmt knows the usual names, the best of several wins and the others stay fields") {
    const struct {
        std::string line;
        std::string_view message, service, host, level;
        json fields;
    } cases[] = {
        {"msg=a", "a", "", "", "unknown", json::object()},
        {"log=stdout msg=a", "a", "", "", "unknown", {{"log", "stdout"}}},
        {"msg=a log=stdout", "a", "", "", "unknown", {{"log", "stdout"}}},
        {"message=a msg=b body=c", "a", "", "", "unknown", {{"msg", "b"}, {"body", "c"}}},
        {"app=x service=y", "", "y", "", "unknown", {{"app", "x"}}},
        {"hostname=h app=x", "", "x", "h", "unknown", json::object()},
        {"lvl=E", "", "", "", "error", json::object()},
        {"severity=30", "", "", "", "info", json::object()},
        {"level=loud", "", "", "", "unknown", {{"level", "loud"}}},
        {"level= msg=a", "a", "", "", "unknown", json::object()},
        {"tags=a,b fields=c", "", "", "", "unknown", {{"tags", "a,b"}, {"fields", "c"}}},
        {"message service=s", "", "s", "", "unknown", {{"message", true}}},
    };
    for (const auto& [line, message, service, host, level, fields] : cases) {
        INFO(line);
        const Parsed parsed(line, Format::logfmt);
        CHECK(parsed.record().message == message);
        CHECK(parsed.record().service == service);
        CHECK(parsed.record().host == host);
        CHECK(to_string(parsed.record().level) == level);
        CHECK(parsed.fields() == fields);
    }
}

TEST_CASE("times in logfmt come in many shapes") {
    const std::pair<std::string, std::string> cases[] = {
        {"ts=2026-01-05T11:00:00+01:00", "2026-01-05T10:00:00Z"},
        {R"(time="2026-01-05 10:00:00")", "2026-01-05T10:00:00Z"},
        {R"(time="2026/01/05 10:00:00,25")", "2026-01-05T10:00:00.250000000Z"},
        {"ts=1767607200", "2026-01-05T10:00:00Z"},
        {"ts=1767607200.5", "2026-01-05T10:00:00.500000000Z"},
        {"timestamp=1767607200123", "2026-01-05T10:00:00.123000000Z"},
        {"t=2026-01-05T10:00:00Z", "2026-01-05T10:00:00Z"},
        {R"(time="Jan  5 10:00:00")", "2026-01-05T10:00:00Z"},
    };
    for (const auto& [pair, time] : cases) {
        INFO(pair);
        const Parsed parsed(pair + " msg=m", Format::logfmt);
        CHECK(format_rfc3339(parsed.record().timestamp) == time);
        CHECK_FALSE(parsed.record().timestamp_is_receipt);
        CHECK(parsed.text.find(parsed.record().timestamp_text) != std::string::npos);
    }
}

TEST_CASE("one bad pair of logfmt does not cost the record") {
    const std::string long_name(kNameBytesMax + 1, 'x');
    const struct {
        std::string line;
        json rejected;
    } cases[] = {
        {"ts=yesterday msg=m", {{"ts", "yesterday"}}},
        {"time=2026-02-30T10:00:00Z msg=m", {{"time", "2026-02-30T10:00:00Z"}}},
        {"msg=m host=" + long_name, {{"host", long_name}}},
        {"msg=m service=" + long_name, {{"service", long_name}}},
        {"msg=m color=red color=blue color=7", {{"color", "blue"}, {"color#2", 7}}},
        {"msg=m _rejected=x", {{"_rejected", "x"}}},
    };
    for (const auto& [line, rejected] : cases) {
        INFO(line);
        const Parsed parsed(line, Format::logfmt);
        CHECK(parsed.record().message == "m");
        CHECK(parsed.record().has_rejected);
        CHECK(parsed.fields().at("_rejected") == rejected);
        CHECK(parsed.record().timestamp == kReceived);
    }
    const Parsed not_a_time("t=12 msg=m", Format::logfmt);
    CHECK(not_a_time.fields() == json{{"t", 12}});
}

TEST_CASE("a line of very many keys is read in time, and each pair kept") {
    std::string line = "msg=m";
    for (int i = 0; i < 20'000; ++i) line += " k" + std::to_string(i) + "=" + std::to_string(i);
    const Parsed parsed(line, Format::logfmt);
    CHECK(parsed.fields().size() == 20'000);
    CHECK(parsed.fields().at("k19999") == 19'999);
}

TEST_CASE("control characters in logfmt separate, and are escaped within quotes") {
    const Parsed parsed(std::string("a=1\0b=2\tmsg=\"x\x01y\"", 17) + " c=\"\x1f\"", Format::logfmt);
    CHECK(parsed.fields() == json{{"a", 1}, {"b", 2}, {"c", "\x1f"}});
    CHECK(parsed.record().message == "x\x01y");
}

TEST_CASE("what is no logfmt is refused, with the column") {
    const struct {
        std::string line;
        Reason reason;
        std::string_view detail;
    } cases[] = {
        {"words without any pair", Reason::invalid_format, "column 1: "},
        {R"({"message":"JSON"})", Reason::invalid_format, "column 2: "},
        {"=value a=b", Reason::invalid_format, "column 1: "},
        {"a=b =c", Reason::invalid_format, "column 5: "},
        {R"(level=info msg="never closed)", Reason::invalid_format, "column 16: "},
        {R"(msg="never closed\")", Reason::invalid_format, "column 5: "},
        {R"(msg="closed"early)", Reason::invalid_format, "column 13: "},
        {R"(a=b "quoted")", Reason::invalid_format, "column 5: "},
        {R"(a=b k"ey=1)", Reason::invalid_format, "column 6: "},
        {"msg=\"\xc3\x28\"", Reason::invalid_utf8, "column 6: "},
        {"msg=a\xff", Reason::invalid_utf8, "column 6: "},
        {"msg=a\xe2\x82", Reason::invalid_utf8, "column 6: "},
    };
    for (const auto& [line, reason, detail] : cases) {
        INFO(line);
        const Parsed parsed(line, Format::logfmt);
        CHECK(to_string(parsed.bad().reason) == to_string(reason));
        CHECK(parsed.bad().detail.starts_with(detail));
        CHECK(parsed.bad().raw == line);
    }
}

TEST_CASE("auto takes a line for logfmt only where it is one from end to end") {
    const std::pair<std::string, bool> cases[] = {
        {"level=info msg=hello", true},
        {"msg=hello", true},
        {"user=7 action=login", true},
        {"user=7 name=\"Jane Doe\" action=login", true},
        {"ts=1767607200 caller=main.go:7 level=info msg=\"up and running\" slow", true},
        {"a=b", false},
        {"a=b is what he wrote, and c=d", false},
        {"a=1 b=2 and so on", false},
        {"msg=hello there, my old friend", false},
        {"level=5 is too high", false},
        {"user=7 name=\"never closed", false},
        {"authentication failure; logname= uid=0 euid=0", false},
        {"see http://example.org/?a=1&b=2 c=3", false},
        {"=1 =2", false},
        {"1=2 3=4", false},
        {"2026-01-05 10:00:00 level=info msg=hello", false},
    };
    for (const auto& [line, is_logfmt] : cases) {
        INFO(line);
        const Parsed parsed(line);
        CHECK((parsed.record().message != line && !line.starts_with('2')) == is_logfmt);
    }
}

TEST_CASE("a stack trace behind a logfmt line joins its message") {
    const Parsed parsed("level=error msg=\"it broke\"\n\tat a.b.C(D.java:7)\n", BatchOptions{.join = true});
    CHECK(parsed.record().level == Level::error);
    CHECK(parsed.record().message == "it broke\n\tat a.b.C(D.java:7)");
}
