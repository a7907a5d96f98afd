#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>

#include "parsed.hpp"

using namespace logchute;
using logchute::test::Parsed;
using nlohmann::json;

namespace {

std::string with_request(std::string_view request, std::string_view rest = "200 12") {
    return "192.0.2.7 - - [05/Jan/2026:11:00:00 +0100] \"" + std::string(request) + "\" " + std::string(rest);
}

}  // namespace

TEST_CASE("a line of the Common Log Format is a record with the request as its message") {
    const Parsed parsed(R"(192.0.2.7 - alice [05/Jan/2026:11:00:00 +0100] "GET /cart?id=7 HTTP/1.1" 503 2326)", Format::clf);
    const LogRecord& record = parsed.record();
    CHECK(format_rfc3339(record.timestamp) == "2026-01-05T10:00:00Z");
    CHECK(record.timestamp_text == "05/Jan/2026:11:00:00 +0100");
    CHECK(record.level == Level::error);
    CHECK(record.message == "GET /cart?id=7 HTTP/1.1");
    CHECK(record.host.empty());
    CHECK(record.service.empty());
    CHECK(
        record.fields ==
        R"({"remote_addr":"192.0.2.7","user":"alice","method":"GET","path":"/cart?id=7","protocol":"HTTP/1.1","status":503,"bytes":2326})");
    CHECK(record.raw == parsed.text);
}

TEST_CASE("the Combined Log Format adds referer and user agent, and what servers put behind them stays") {
    const struct {
        std::string rest;
        json fields;
    } cases[] = {
        {R"(200 12 "https://example.org/" "curl/8.5")", {{"referer", "https://example.org/"}, {"user_agent", "curl/8.5"}}},
        {R"(200 12 "-" "-")", json::object()},
        {R"(200 12 "" "curl/8.5")", {{"user_agent", "curl/8.5"}}},
        {R"(200 12 "-" "curl/8.5" "203.0.113.9" 0.003)", {{"user_agent", "curl/8.5"}, {"extra", "\"203.0.113.9\" 0.003"}}},
        {R"(200 12 0.003)", {{"extra", "0.003"}}},
        {R"(200 12 "-" "says \"hi\" \\o/")", {{"user_agent", R"(says "hi" \o/)"}}},
    };
    for (const auto& [rest, fields] : cases) {
        INFO(rest);
        const Parsed parsed(with_request("GET / HTTP/1.1", rest), Format::clf);
        json expected = {{"remote_addr", "192.0.2.7"}, {"method", "GET"}, {"path", "/"},
                         {"protocol", "HTTP/1.1"},     {"status", 200},   {"bytes", 12}};
        expected.update(fields);
        CHECK(parsed.fields() == expected);
    }
}

TEST_CASE("status and bytes of an access log may be missing") {
    const struct {
        std::string rest;
        Level level;
        json status, bytes;
    } cases[] = {
        {"200 -", Level::info, 200, nullptr}, {"304 0", Level::info, 304, 0},     {"404 9", Level::warn, 404, 9},
        {"500 9", Level::error, 500, 9},      {"000 9", Level::info, nullptr, 9}, {"- 9", Level::info, nullptr, 9},
        {"499 -", Level::warn, 499, nullptr}, {"599 1", Level::error, 599, 1},
    };
    for (const auto& [rest, level, status, bytes] : cases) {
        INFO(rest);
        const Parsed parsed(with_request("GET / HTTP/1.1", rest), Format::clf);
        CHECK(parsed.record().level == level);
        CHECK(parsed.fields().value("status", json()) == status);
        CHECK(parsed.fields().value("bytes", json()) == bytes);
    }
}

TEST_CASE("a request is taken apart where it is one, and a message in any case") {
    const struct {
        std::string request;
        std::string_view message;
        json method, path, protocol;
    } cases[] = {
        {"GET /a HTTP/1.0", "GET /a HTTP/1.0", "GET", "/a", "HTTP/1.0"},
        {"GET /a b c HTTP/2.0", "GET /a b c HTTP/2.0", "GET", "/a b c", "HTTP/2.0"},
        {"GET /old", "GET /old", "GET", "/old", nullptr},
        {"M-SEARCH * HTTP/1.1", "M-SEARCH * HTTP/1.1", "M-SEARCH", "*", "HTTP/1.1"},
        {"-", "-", nullptr, nullptr, nullptr},
        {"", "", nullptr, nullptr, nullptr},
        {"hello there", "hello there", nullptr, nullptr, nullptr},
        {R"(GET /?q=\"x\" HTTP/1.1)", R"(GET /?q="x" HTTP/1.1)", "GET", R"(/?q="x")", "HTTP/1.1"},
        {R"(GET /\xc3\xa9 HTTP/1.1)", "GET /\u00e9 HTTP/1.1", "GET", "/\u00e9", "HTTP/1.1"},
        {R"(GET /\x41 HTTP/1.1)", "GET /A HTTP/1.1", "GET", "/A", "HTTP/1.1"},
        {R"(\x16\x03\x01\xff\x00)", R"(\x16\x03\x01\xff\x00)", nullptr, nullptr, nullptr},
        {R"(\xc3\x28 \x41)", R"(\xc3( A)", nullptr, nullptr, nullptr},
        {R"(\xzz \x4)", R"(\xzz \x4)", nullptr, nullptr, nullptr},
    };
    for (const auto& [request, message, method, path, protocol] : cases) {
        INFO(request);
        const Parsed parsed(with_request(request), Format::clf);
        CHECK(parsed.record().message == message);
        CHECK(parsed.fields().value("method", json()) == method);
        CHECK(parsed.fields().value("path", json()) == path);
        CHECK(parsed.fields().value("protocol", json()) == protocol);
    }
}

TEST_CASE("the user of an access log may have blanks in the name") {
    const Parsed parsed(R"(::1 id Jane Doe [05/Jan/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 1)", Format::clf);
    CHECK(parsed.fields().at("remote_addr") == "::1");
    CHECK(parsed.fields().at("ident") == "id");
    CHECK(parsed.fields().at("user") == "Jane Doe");
}

TEST_CASE("what is no access log is refused, with the column") {
    const struct {
        std::string line;
        Reason reason;
        std::string_view detail;
    } cases[] = {
        {"words", Reason::invalid_format, "column 1: "},
        {"words and more words here", Reason::invalid_format, "column 11: "},
        {R"({"message":"JSON"})", Reason::invalid_format, "column 1: "},
        {R"(192.0.2.7 - - 05/Jan/2026:11:00:00 "GET / HTTP/1.1" 200 12)", Reason::invalid_format, "column 13: "},
        {R"(192.0.2.7 - - [05/Jan/2026:11:00:00 +0100 "GET / HTTP/1.1" 200 12)", Reason::invalid_format, "column 16: "},
        {R"(192.0.2.7 - - [not a time] "GET / HTTP/1.1" 200 12)", Reason::invalid_timestamp, "column 16: "},
        {R"(192.0.2.7 - - [32/Foo/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 12)", Reason::invalid_timestamp, "column 16: "},
        {R"(192.0.2.7 - - [30/Feb/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 12)", Reason::invalid_timestamp, "column 16: "},
        {R"(192.0.2.7 - - [05/Jan/2026:25:61:99 +0000] "GET / HTTP/1.1" 200 12)", Reason::invalid_timestamp, "column 16: "},
        {R"(192.0.2.7 - - [05/Jan/2026:11:00:00 +0100]"GET / HTTP/1.1" 200 12)", Reason::invalid_format, "column 43: "},
        {R"(192.0.2.7 - - [05/Jan/2026:11:00:00 +0100] GET / HTTP/1.1 200 12)", Reason::invalid_format, "column 44: "},
        {with_request("GET / HTTP/1.1", "").substr(0, 58), Reason::invalid_format, "column 44: "},
        {with_request(R"(GET / HTTP/1.1\)", ""), Reason::invalid_format, "column 44: "},
        {with_request("GET / HTTP/1.1", "20 12"), Reason::invalid_format, "column 61: "},
        {with_request("GET / HTTP/1.1", "1e5 12"), Reason::invalid_format, "column 61: "},
        {with_request("GET / HTTP/1.1", "200"), Reason::invalid_format, "column 64: "},
        {with_request("GET / HTTP/1.1", "200 many"), Reason::invalid_format, "column 65: "},
        {with_request("GET / HTTP/1.1", "200 -1"), Reason::invalid_format, "column 65: "},
        {with_request("GET / HTTP/1.1", R"(200 12 "https://example.org/")"), Reason::invalid_format, "column "},
        {with_request("GET / HTTP/1.1", R"(200 12 "-" "never closed)"), Reason::invalid_format, "column "},
        {with_request("GET /\xff HTTP/1.1"), Reason::invalid_utf8, "column 50: "},
    };
    for (const auto& [line, reason, detail] : cases) {
        INFO(line);
        const Parsed parsed(line, Format::clf);
        CHECK(to_string(parsed.bad().reason) == to_string(reason));
        CHECK(parsed.bad().detail.substr(0, detail.size()) == detail);
        CHECK(parsed.bad().raw == line);
    }
}

TEST_CASE("auto knows an access log by its head, and what is broken is text") {
    const std::pair<std::string, bool> cases[] = {
        {with_request("GET / HTTP/1.1"), true},
        {with_request("GET / HTTP/1.1", R"(200 12 "-" "curl/8.5")"), true},
        {with_request("GET / HTTP/1.1", "never"), false},
        {R"(192.0.2.7 - - [99/Jan/2026:11:00:00 +0100] "GET / HTTP/1.1" 200 12)", false},
        {R"(a b c [05/Jan/2026:11:00:00 +0100] no quote)", false},
        {"a b [c] \"d\" e", false},
    };
    for (const auto& [line, is_clf] : cases) {
        INFO(line);
        const Parsed parsed(line);
        CHECK((parsed.record().message == "GET / HTTP/1.1") == is_clf);
        CHECK((parsed.record().message == line) == !is_clf);
    }
}
