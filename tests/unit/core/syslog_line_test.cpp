#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>

#include "parsed.hpp"

using namespace logchute;
using logchute::test::kReceived;
using logchute::test::Parsed;
using nlohmann::json;

TEST_CASE("a message of RFC 5424 fills the record") {
    const Parsed parsed(R"(<163>1 2026-01-05T11:00:00.003+01:00 node-7 payments 4711 ID47 )"
                        R"([origin@32473 iut="3" quoted="a \"b\" \] c"][other@32473 k="v"] card refused)",
                        Format::syslog);
    const LogRecord& record = parsed.record();
    CHECK(format_rfc3339(record.timestamp) == "2026-01-05T10:00:00.003000000Z");
    CHECK(record.timestamp_text == "2026-01-05T11:00:00.003+01:00");
    CHECK(record.level == Level::error);
    CHECK(record.host == "node-7");
    CHECK(record.service == "payments");
    CHECK(record.message == "card refused");
    CHECK(parsed.fields() ==
          json{{"facility", "local4"}, {"pid", 4711}, {"msgid", "ID47"}, {"iut", "3"}, {"quoted", "a \"b\" ] c"}, {"k", "v"}});
    CHECK(record.raw == parsed.text);
}

TEST_CASE("what a message of RFC 5424 leaves out is left out") {
    const struct {
        std::string line;
        std::string_view message;
        json fields;
    } cases[] = {
        {"<0>1 - - - - - -", "", {{"facility", "kern"}}},
        {"<0>1 - - - - - - ", "", {{"facility", "kern"}}},
        {"<14>1 - - - - - - hello", "hello", {{"facility", "user"}}},
        {"<14>1 - - - - - -  two blanks", " two blanks", {{"facility", "user"}}},
        {"<14>1 - - - main - - hello", "hello", {{"facility", "user"}, {"pid", "main"}}},
        {"<14>1 - - - 007 - - hello", "hello", {{"facility", "user"}, {"pid", "007"}}},
        {"<14>1 - - - - - [id] hello", "hello", {{"facility", "user"}}},
        {"<14>1 - - - - - [id a=\"\"]", "", {{"facility", "user"}, {"a", ""}}},
        {"<14>1 - - - - - - \xEF\xBB\xBFgrüße", "grüße", {{"facility", "user"}}},
    };
    for (const auto& [line, message, fields] : cases) {
        INFO(line);
        const Parsed parsed(line, Format::syslog);
        CHECK(parsed.record().message == message);
        CHECK(parsed.record().host.empty());
        CHECK(parsed.record().service.empty());
        CHECK(parsed.record().timestamp_is_receipt);
        CHECK(parsed.record().timestamp == kReceived);
        CHECK(parsed.record().timestamp_text.empty());
        CHECK(parsed.fields() == fields);
    }
}

TEST_CASE("structured data whose names are taken carry the name of their element") {
    const Parsed parsed(R"(<14>1 - - - 9 - [a ip="1" ip="2" ip="3" pid="4" _rejected="5"][b ip="6" c="x\ny"] m)", Format::syslog);
    CHECK(parsed.fields() == json{{"facility", "user"},
                                  {"pid", 9},
                                  {"ip", "1"},
                                  {"a.ip", "2"},
                                  {"a#2.ip", "3"},
                                  {"a.pid", "4"},
                                  {"a._rejected", "5"},
                                  {"b.ip", "6"},
                                  {"c", "x\\ny"}});
}

TEST_CASE("severities of syslog are levels") {
    const std::pair<int, Level> cases[] = {{0, Level::fatal}, {1, Level::fatal}, {2, Level::fatal}, {3, Level::error},
                                           {4, Level::warn},  {5, Level::info},  {6, Level::info},  {7, Level::debug}};
    for (const auto& [severity, level] : cases) {
        INFO(severity);
        CHECK(Parsed("<" + std::to_string(184 + severity) + ">1 - - - - - - m", Format::syslog).record().level == level);
    }
}

TEST_CASE("messages of RFC 3164 are read as they come in practice") {
    const struct {
        std::string line;
        std::string_view time, host, service, message;
        json fields;
    } cases[] = {
        {"<34>Jan  5 10:00:00 node-1 su: failed for root",
         "2026-01-05T10:00:00Z",
         "node-1",
         "su",
         "failed for root",
         {{"facility", "auth"}}},
        {"<11>Jan 5 10:00:00 node-1 cron[99]: job done",
         "2026-01-05T10:00:00Z",
         "node-1",
         "cron",
         "job done",
         {{"facility", "user"}, {"pid", 99}}},
        {"<11>Jan 05 10:00:00.25 node-1 cron[x]: job",
         "2026-01-05T10:00:00.250000000Z",
         "node-1",
         "cron",
         "job",
         {{"facility", "user"}, {"pid", "x"}}},
        {"<11>Jan  5 2025 10:00:00 node-1 app: m", "2025-01-05T10:00:00Z", "node-1", "app", "m", {{"facility", "user"}}},
        {"<11>2026-01-05T11:00:00.5+01:00 node-1 app: m", "2026-01-05T10:00:00.500000000Z", "node-1", "app", "m", {{"facility", "user"}}},
        {"<11>Jan  5 10:00:00 su: no host", "2026-01-05T10:00:00Z", "", "su", "no host", {{"facility", "user"}}},
        {"<11>Jan  5 10:00:00 su[7]: no host", "2026-01-05T10:00:00Z", "", "su", "no host", {{"facility", "user"}, {"pid", 7}}},
        {"<11>Jan  5 10:00:00 node-1 no tag here", "2026-01-05T10:00:00Z", "node-1", "", "no tag here", {{"facility", "user"}}},
        {"<11>Jan  5 10:00:00 node-1 http://x is no tag",
         "2026-01-05T10:00:00Z",
         "node-1",
         "",
         "http://x is no tag",
         {{"facility", "user"}}},
        {"<11>Jan  5 10:00:00 node-1 app 1.4: m", "2026-01-05T10:00:00Z", "node-1", "", "app 1.4: m", {{"facility", "user"}}},
        {"<11>Jan  5 10:00:00 node-1 app[7] no colon",
         "2026-01-05T10:00:00Z",
         "node-1",
         "app",
         "no colon",
         {{"facility", "user"}, {"pid", 7}}},
        {"<11>Jan  5 10:00:00 node-1 app(pam)[7]:", "2026-01-05T10:00:00Z", "node-1", "app(pam)", "", {{"facility", "user"}, {"pid", 7}}},
        {"<11>Jan  5 10:00:00", "2026-01-05T10:00:00Z", "", "", "", {{"facility", "user"}}},
        {"Jan  5 10:00:00 node-1 app[7]: m", "2026-01-05T10:00:00Z", "node-1", "app", "m", {{"pid", 7}}},
        {"Dec 31 23:00:00 node-1 app: m", "2025-12-31T23:00:00Z", "node-1", "app", "m", json::object()},
        {"Nov 22 02:00:00 node-1 app: a day ahead", "2026-11-22T02:00:00Z", "node-1", "app", "a day ahead", json::object()},
        {"2026-01-05T10:00:00+01:00 node-1 app: m", "2026-01-05T09:00:00Z", "node-1", "app", "m", json::object()},
        {"<13>no time at all", "", "", "", "no time at all", {{"facility", "user"}}},
        {"<13>app[7]: no time", "", "", "app", "no time", {{"facility", "user"}, {"pid", 7}}},
        {"<13>", "", "", "", "", {{"facility", "user"}}},
    };
    for (const auto& [line, time, host, service, message, fields] : cases) {
        INFO(line);
        const Parsed parsed(line, Format::syslog);
        const LogRecord& record = parsed.record();
        CHECK(record.timestamp_is_receipt == time.empty());
        CHECK(format_rfc3339(record.timestamp) == (time.empty() ? format_rfc3339(kReceived) : std::string(time)));
        CHECK(record.timestamp_text.empty() == time.empty());
        CHECK(record.host == host);
        CHECK(record.service == service);
        CHECK(record.message == message);
        CHECK(parsed.fields() == fields);
        CHECK((record.level == Level::unknown) == !line.starts_with('<'));
    }
}

TEST_CASE("names too long for syslog are rejected and the rest is kept") {
    const std::string name(kNameBytesMax + 1, 'h');
    const Parsed parsed("<14>1 - " + name + " app - - - m", Format::syslog);
    CHECK(parsed.record().host.empty());
    CHECK(parsed.record().service == "app");
    CHECK(parsed.record().has_rejected);
    CHECK(parsed.fields().at("_rejected") == json{{"host", name}});
}

TEST_CASE("what is no syslog is refused, with the column") {
    const struct {
        std::string line;
        Reason reason;
        std::string_view detail;
    } cases[] = {
        {"words", Reason::invalid_format, "column 1: "},
        {"<999>1 2026-01-05T10:00:00Z host app - - - m", Reason::invalid_format, "column 1: "},
        {"<192>1 - - - - - - m", Reason::invalid_format, "column 1: "},
        {"<abc>1 2026-01-05T10:00:00Z host app - - - m", Reason::invalid_format, "column 1: "},
        {"<>1 2026-01-05T10:00:00Z host app - - - m", Reason::invalid_format, "column 1: "},
        {"<34 m", Reason::invalid_format, "column 1: "},
        {"<", Reason::invalid_format, "column 1: "},
        {"<0034>1 - - - - - - m", Reason::invalid_format, "column 1: "},
        {"<34>1 yesterday host app - - - m", Reason::invalid_timestamp, "column 7: "},
        {"<34>1 2026-13-45T99:99:99Z host app - - - m", Reason::invalid_timestamp, "column 7: "},
        {"<34>1 2026-01-05T10:00:00 host app - - - m", Reason::invalid_timestamp, "column 7: "},
        {"<34>1 2026-01-05T10:00:00Z", Reason::invalid_format, "column 7: "},
        {"<34>1 - host app - -", Reason::invalid_format, "column "},
        {"<34>1 - host app - - m", Reason::invalid_format, "column 22: "},
        {"<34>1 - host app - - -m", Reason::invalid_format, "column 23: "},
        {R"(<34>1 - host app - - [id a="never closed)", Reason::invalid_format, "column 28: "},
        {R"(<34>1 - host app - - [id a="escaped\")", Reason::invalid_format, "column 28: "},
        {R"(<34>1 - host app - - [id a=b] m)", Reason::invalid_format, "column 27: "},
        {R"(<34>1 - host app - - [id ="b"] m)", Reason::invalid_format, "column 26: "},
        {R"(<34>1 - host app - - [id a="b" m)", Reason::invalid_format, "column 33: "},
        {R"(<34>1 - host app - - [] m)", Reason::invalid_format, "column 23: "},
        {R"(<34>1 - host app - - [id a="b"]m)", Reason::invalid_format, "column 32: "},
        {"<34>Feb 30 10:00:00 node-1 app: m", Reason::invalid_timestamp, "column 5: "},
        {"Jan  5 25:00:00 node-1 app: m", Reason::invalid_timestamp, "column 1: "},
        {"Jan  5 10:00:00", Reason::invalid_format, "column 16: "},
        {R"({"message":"JSON as syslog"})", Reason::invalid_format, "column 1: "},
        {"<14>1 - - - - - - \xff", Reason::invalid_utf8, "column 19: "},
    };
    for (const auto& [line, reason, detail] : cases) {
        INFO(line);
        const Parsed parsed(line, Format::syslog);
        CHECK(to_string(parsed.bad().reason) == to_string(reason));
        CHECK(parsed.bad().detail.substr(0, detail.size()) == detail);
        CHECK(parsed.bad().raw == line);
    }
}

TEST_CASE("auto knows syslog by its head and leaves alone what only resembles it") {
    const struct {
        std::string line;
        std::string_view host, service, message;
    } cases[] = {
        {"<14>1 2026-01-05T10:00:00Z node-1 app - - - m", "node-1", "app", "m"},
        {"<14>Jan  5 10:00:00 node-1 app: m", "node-1", "app", "m"},
        {"Jan  5 10:00:00 node-1 app[7]: m", "node-1", "app", "m"},
        {"Jan  5 10:00:00 node-1  -- no tag", "node-1", "", " -- no tag"},
        {"Jan  5 10:00:00 app: no host", "", "app", "no host"},
        {"2026-01-05T10:00:00.123456+01:00 node-1 app[7]: m", "node-1", "app", "m"},
        {"2026-01-05T10:00:00+0100 node-1 app: m", "node-1", "app", "m"},
        // Not syslog:
        {"2026-01-05T10:00:00+01:00 ERROR app: m", "", "", "app: m"},
        {"2026-01-05T10:00:00+01:00 main ERROR: m", "", "", "main ERROR: m"},
        {"2026-01-05T10:00:00Z node-1 app: m", "", "", "node-1 app: m"},
        {"2026-01-05T10:00:00+01:00 node-1 without a tag", "", "", "node-1 without a tag"},
        {"Jan  5 10:00:00 ERROR m", "", "", "m"},
        {"Jan  5 10:00:00 [main] m", "", "", "[main] m"},
        {"Jan 35 10:00:00 node-1 app: m", "", "", "Jan 35 10:00:00 node-1 app: m"},
        {"<14>1 then nothing", "", "", "<14>1 then nothing"},
        {"<999>1 - - - - - - m", "", "", "<999>1 - - - - - - m"},
        {"<b>bold</b>", "", "", "<b>bold</b>"},
        {"<14>hello", "", "", "<14>hello"},
        {"May all be well", "", "", "May all be well"},
    };
    for (const auto& [line, host, service, message] : cases) {
        INFO(line);
        const Parsed parsed(line);
        CHECK(parsed.record().host == host);
        CHECK(parsed.record().service == service);
        CHECK(parsed.record().message == message);
    }
}
