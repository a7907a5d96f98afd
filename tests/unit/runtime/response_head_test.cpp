#include "response_head.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>

#include "http_text.hpp"

using namespace logchute;
using namespace logchute::http;

namespace {

std::string without_date(std::string head) {
    const auto date = head.find("Date: ");
    REQUIRE(date != std::string::npos);
    return head.erase(date, head.find("\r\n", date) + 2 - date);
}

}  // namespace

TEST_CASE("a head has the status, the server's headers and the handler's") {
    const Response response = Response::text("hello", 404).with("X-A", "b").with("content-LENGTH", "99").with("Connection", "upgrade");
    CHECK(without_date(format_head(response, {.content_length = 5, .request_id = "id-1"})) ==
          "HTTP/1.1 404 Not Found\r\nServer: logchute\r\nX-Request-Id: id-1\r\nContent-Type: text/plain; charset=utf-8\r\nX-A: b\r\n"
          "Content-Length: 5\r\n\r\n");
    CHECK(without_date(format_head({204, {}, {}}, {.framing = Framing::none, .keep_alive = false, .request_id = "x"})) ==
          "HTTP/1.1 204 No Content\r\nServer: logchute\r\nX-Request-Id: x\r\nConnection: close\r\n\r\n");
    CHECK(without_date(format_head({200, {}, {}}, {.framing = Framing::chunked, .request_id = "x"})) ==
          "HTTP/1.1 200 OK\r\nServer: logchute\r\nX-Request-Id: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    CHECK(without_date(format_head({200, {}, {}}, {.framing = Framing::length, .minor_version = 0, .request_id = "x"})) ==
          "HTTP/1.0 200 OK\r\nServer: logchute\r\nX-Request-Id: x\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
}

TEST_CASE("headers that would break the head are found") {
    CHECK(check_headers(Response::text("x").with("X-A", "any text, \t caf\xc3\xa9 \"quoted\"")));
    for (const Header& bad : {Header{"X-A", "a\r\nb"}, Header{"X-A", "a\nb"}, Header{"X-A", std::string("a\0b", 3)}, Header{"X-A", "\x7f"},
                              Header{"", "a"}, Header{"X A", "a"}, Header{"X:A", "a"}, Header{"X\r\nA", "a"}, Header{"\xc3\xa9", "a"}}) {
        INFO(bad.name << ": " << bad.value);
        CHECK_FALSE(check_headers(Response::text("x").with(bad.name, bad.value)));
    }
}

TEST_CASE("request ids are made once each") {
    std::set<std::string> ids;
    for (int i = 0; i < 1000; ++i) ids.insert(make_request_id());
    CHECK(ids.size() == 1000);
    for (const auto& id : ids) CHECK(is_sane_request_id(id));
}

TEST_CASE("dates are written as HTTP has them") {
    using namespace std::chrono;
    CHECK(format_http_date(sys_seconds{0s}) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(format_http_date(sys_days{2024y / February / 29} + 23h + 59min + 58s) == "Thu, 29 Feb 2024 23:59:58 GMT");
}
