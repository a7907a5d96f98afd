#include "logchute/runtime/http_server.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "test_server.hpp"

using namespace logchute;
using namespace logchute::test;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string request(const std::string& method, const std::string& target, const std::string& headers = {}) {
    return method + " " + target + " HTTP/1.1\r\nHost: t\r\n" + headers + "\r\n";
}

std::string post(const std::string& target, const std::string& body, const std::string& headers = {}) {
    return "POST " + target + " HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

std::string chunked(const std::string& body, std::size_t size) {
    std::string text;
    for (std::size_t at = 0; at < body.size(); at += size) {
        const std::string piece = body.substr(at, size);
        std::array<char, 16> hex{};
        const auto end = std::to_chars(hex.data(), hex.data() + hex.size(), piece.size(), 16).ptr;
        text.append(hex.data(), end).append("\r\n").append(piece).append("\r\n");
    }
    return text + "0\r\n\r\n";
}

}  // namespace

TEST_CASE("an answer carries the server's headers and its length") {
    const TestServer server;
    for (const std::string path : {"/hello", "/quick"}) {
        const auto reply = server.get(path);
        CHECK(reply.status == 200);
        CHECK(reply.body == "hello");
        CHECK(reply.header("content-length") == "5");
        CHECK(reply.header("server") == "logchute");
        CHECK(reply.header("content-type") == "text/plain; charset=utf-8");
        CHECK(reply.header("date").size() == 29);
        CHECK(reply.header("x-request-id").size() == 16);
        CHECK(reply.header("connection").empty());
    }
}

TEST_CASE("a request id is given back where it is sane, else one is made") {
    const TestServer server;
    const auto id_for = [&](const std::string& given, const std::string& path) {
        return server.ask("GET " + path + " HTTP/1.1\r\nHost: t\r\nX-Request-Id: " + given + "\r\n\r\n").header("x-request-id");
    };
    CHECK(id_for("abc-123", "/hello") == "abc-123");
    CHECK(id_for("abc-123", "/nowhere") == "abc-123");
    CHECK(id_for(std::string(128, 'x'), "/hello") == std::string(128, 'x'));
    for (const std::string& bad :
         {std::string(129, 'x'), std::string("a\"b"), std::string("a\\b"), std::string("caf\xc3\xa9"), std::string()}) {
        CHECK(id_for(bad, "/hello").size() == 16);
    }
    CHECK(id_for("", "/hello") != id_for("", "/hello"));
}

TEST_CASE("a connection serves one request after the other, also when they come at once") {
    const TestServer server;
    auto client = server.connect();
    for (int i = 0; i < 3; ++i) CHECK(client.ask("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n").body == "hello");

    client.send(post("/echo", "first") + "GET /items/7 HTTP/1.1\r\nHost: t\r\n\r\n" + post("/stream-size", "third") + "\r\n" +
                post("/nowhere", "skipped") + "GET /quick HTTP/1.1\r\nHost: t\r\n\r\n");
    CHECK(client.read_reply().body == "first");
    CHECK(client.read_reply().body == "7");
    CHECK(client.read_reply().body == "5");
    CHECK(client.read_reply().status == 404);
    CHECK(client.read_reply().body == "hello");
}

TEST_CASE("a request may come byte by byte") {
    const TestServer server;
    auto client = server.connect();
    for (const char c : post("/echo", "slow and steady")) client.send({&c, 1});
    CHECK(client.read_reply().body == "slow and steady");
    for (const char c : "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked("in chunks", 4))
        client.send({&c, 1});
    CHECK(client.read_reply().body == "in chunks");
}

TEST_CASE("the connection is closed when the client asks for it, and kept for HTTP/1.0 only when it asks for that") {
    const TestServer server;
    auto closing = server.connect();
    CHECK(closing.ask("GET /hello HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n").header("connection") == "close");
    CHECK(closing.ends());

    auto old = server.connect();
    const auto reply = old.ask("GET /hello HTTP/1.0\r\n\r\n");
    CHECK(reply.status == 200);
    CHECK(reply.head.starts_with("HTTP/1.0 200 OK\r\n"));
    CHECK(reply.body == "hello");
    CHECK(old.ends());

    auto kept = server.connect();
    CHECK(kept.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").header("connection") == "keep-alive");
    CHECK(kept.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").body == "hello");
}

TEST_CASE("HEAD has GET's headers and no body; OPTIONS tells the methods") {
    const TestServer server;
    auto client = server.connect();
    const auto head = client.ask("HEAD /hello HTTP/1.1\r\nHost: t\r\n\r\n", true);
    CHECK(head.status == 200);
    CHECK(head.header("content-length") == "5");
    CHECK(client.ask("HEAD /stream HTTP/1.1\r\nHost: t\r\n\r\n", true).header("transfer-encoding") == "chunked");
    const auto options = client.ask("OPTIONS /items/1 HTTP/1.1\r\nHost: t\r\n\r\n");
    CHECK(options.status == 204);
    CHECK(options.header("allow") == "GET, HEAD, DELETE, OPTIONS");
    CHECK(options.header("content-length").empty());
    CHECK(client.ask("OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n").status == 204);
    CHECK(client.ask("OPTIONS /nowhere HTTP/1.1\r\nHost: t\r\n\r\n").status == 404);
    CHECK(client.ask("DELETE /items/1 HTTP/1.1\r\nHost: t\r\n\r\n").status == 204);
    CHECK(client.ask("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n").body == "hello");
}

TEST_CASE("an unknown path is 404, a wrong method 405 with what is allowed") {
    const TestServer server;
    const auto unknown = server.get("/no/such/route");
    CHECK(unknown.status == 404);
    CHECK(unknown.is_problem());
    CHECK_THAT(unknown.body, ContainsSubstring("/no/such/route"));
    for (const std::string method : {"DELETE", "PUT", "PATCH", "BREW", "GET"}) {
        const auto wrong = server.ask(method + " /echo HTTP/1.1\r\nHost: t\r\n\r\n");
        CHECK(wrong.status == 405);
        CHECK(wrong.is_problem());
        CHECK(wrong.header("allow") == "POST, OPTIONS");
    }
}

TEST_CASE("bodies of every size and framing arrive whole") {
    const TestServer server;
    auto client = server.connect();
    for (const std::size_t size : {0UL, 1UL, 5000UL, 70'000UL, 1'048'576UL}) {
        std::string body(size, 'x');
        for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<char>('a' + i % 26);
        CHECK(client.ask(post("/echo", body)).body == body);
        const auto reply = client.ask("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(body, 60'001));
        CHECK(reply.status == 200);
        CHECK(reply.body == body);
        CHECK(client.ask(post("/stream-size", body)).body == std::to_string(size));
        CHECK(client.ask("POST /stream-size HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: Chunked\r\n\r\n" + chunked(body, 999)).body ==
              std::to_string(size));
    }
    std::string large;
    large.resize(20'000'000, 'y');
    CHECK(client.ask(post("/size", large)).body == "20000000");
    CHECK(client.ask(post("/stream-size", large)).body == "20000000");
}

TEST_CASE("chunk extensions and trailers are skipped") {
    const TestServer server;
    auto client = server.connect();
    const std::string head = "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n";
    CHECK(client.ask(head + "3;name=value\r\nabc\r\n0\r\nX-Check: 1\r\nX-Request-Id: trailer\r\n\r\n").body == "abc");
    CHECK(client.ask("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n").body == "hello");
}

TEST_CASE("a body is asked for with 100 Continue, unless it is refused before") {
    const TestServer server;
    for (const std::string path : {"/echo", "/stream-size"}) {
        auto client = server.connect();
        client.send("POST " + path + " HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n");
        CHECK(client.read_reply().status == 100);
        CHECK(client.ask("hello").status == 200);
        CHECK(client.ask("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n").status == 200);
    }
    struct Case {
        std::string path;
        std::string length;
        int status;
    };
    for (const auto& [path, length, status] :
         {Case{"/nowhere", "5", 404}, Case{"/echo", "1048577", 413}, Case{"/stream-refuse", "5", 415}}) {
        auto client = server.connect();
        const auto reply = client.ask(request("POST", path, "Content-Length: " + length + "\r\nExpect: 100-continue\r\n"));
        CHECK(reply.status == status);
        CHECK(reply.header("connection") == "close");  // the client may send its body or not, so the next request begins nowhere
    }
    CHECK(server.ask(post("/echo", "x", "Expect: miracles\r\n")).status == 417);
}

TEST_CASE("streamed responses are chunked, or end with the connection for HTTP/1.0") {
    const TestServer server;
    for (const std::string path : {"/stream?pieces=", "/stream-quick?pieces="}) {
        auto client = server.connect();
        for (const std::string pieces : {"0", "1", "40", "5000"}) {
            const auto reply = client.ask(request("GET", path + pieces));
            CHECK(reply.status == 200);
            CHECK(reply.is_whole);
            CHECK(reply.header("transfer-encoding") == "chunked");
            CHECK(reply.body.size() == std::stoul(pieces) * 1000);
        }
        const auto old = server.ask("GET " + path + "100 HTTP/1.0\r\n\r\n");
        CHECK(old.header("transfer-encoding").empty());
        CHECK(old.body.size() == 100'000);
        CHECK(old.is_whole);
    }
}

TEST_CASE("a stream that fails before its first bytes is a problem; one that fails later is cut off") {
    const TestServer server;
    const auto early = server.get("/stream?pieces=-1");
    CHECK(early.status == 503);
    CHECK(early.is_problem());
    CHECK(early.header("retry-after") == "1");
    const auto late = server.get("/stream?pieces=-1000");
    CHECK(late.status == 200);
    CHECK_FALSE(late.is_whole);
    CHECK_FALSE(server.ask("GET /stream?pieces=-1000 HTTP/1.0\r\n\r\n").is_whole);
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("a handler that throws, or makes a header of two, is a 500 and harms nobody") {
    const TestServer server;
    auto client = server.connect();
    for (const std::string path : {"/throws", "/bad-header"}) {
        const auto reply = client.ask("GET " + path + " HTTP/1.1\r\nHost: t\r\n\r\n");
        CHECK(reply.status == 500);
        CHECK(reply.is_problem());
        CHECK_THAT(reply.body, !ContainsSubstring("as it was told to"));
        CHECK_THAT(reply.head, !ContainsSubstring("Set-Cookie"));
        CHECK_THAT(reply.body, ContainsSubstring(reply.header("x-request-id")));
    }
    CHECK(client.ask("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n").status == 200);
}

TEST_CASE("quick routes are answered while all workers are busy") {
    TestServer server;
    std::vector<std::unique_ptr<RawClient>> waiting;
    for (int i = 0; i < 4; ++i) {
        waiting.push_back(std::make_unique<RawClient>(server.port()));
        waiting.back()->send("GET /wait HTTP/1.1\r\nHost: t\r\n\r\n");
        server.entered.acquire();
    }
    CHECK(server.get("/quick").body == "hello");
    server.go.release(4);
    for (auto& client : waiting) CHECK(client->read_reply().body == "waited");
}

TEST_CASE("requests beyond the queue are 503 with Retry-After") {
    auto options = quick_options();
    options.workers = 1;
    options.queue_max = 1;
    TestServer server(options);
    auto running = server.connect();
    running.send("GET /wait HTTP/1.1\r\nHost: t\r\n\r\n");
    server.entered.acquire();
    auto queued = server.connect();
    queued.send("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
    // Of two more, one may overtake the queued one on its way, so the first to be refused tells that the queue is full.
    auto third = server.connect();
    third.send("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
    while (!queued.has_input() && !third.has_input()) std::this_thread::yield();
    const auto refused = queued.has_input() ? queued.read_reply() : third.read_reply();
    CHECK(refused.status == 503);
    CHECK(refused.is_problem());
    CHECK(refused.header("retry-after") == "1");
    server.go.release();
    CHECK(running.read_reply().body == "waited");
}

TEST_CASE("slow uploads take half of the workers at most") {
    const TestServer server;  // four workers: two may stream
    std::vector<std::unique_ptr<RawClient>> uploads;
    const std::string head = "POST /stream-size HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\n";
    for (int i = 0; i < 2; ++i) {
        uploads.push_back(std::make_unique<RawClient>(server.port()));
        // The 100 tells that the handler reads.
        uploads.back()->send("POST /stream-size HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
        REQUIRE(uploads.back()->read_reply().status == 100);
    }
    const auto refused = server.ask(head);
    CHECK(refused.status == 503);
    CHECK(refused.header("retry-after") == "1");
    CHECK(server.get("/stream?pieces=100").status == 503);
    CHECK(server.get("/hello").body == "hello");
    for (auto& upload : uploads) CHECK(upload->ask("abc").body == "3");
    CHECK(server.ask(head + "abc").body == "3");
}

TEST_CASE("requests, rejections and connections are counted") {
    TestServer server;
    const auto value = [&](const std::string& name, const runtime::Labels& labels) {
        return server.metrics().counter(name, "", labels).value();
    };
    server.get("/hello");
    server.get("/items/1");
    server.get("/items/2");
    server.get("/nowhere/" + std::string(100, 'x'));
    server.ask("BREW /hello HTTP/1.1\r\nHost: t\r\n\r\n");
    server.ask("nonsense\r\n\r\n");
    server.ask(post("/echo", "12345"));
    server.stop(5s);  // a request is counted after its answer is sent
    CHECK(value("http_requests_total", {{"route", "/hello"}, {"method", "GET"}, {"status", "200"}}) == 1);
    CHECK(value("http_requests_total", {{"route", "/items/{id}"}, {"method", "GET"}, {"status", "200"}}) == 2);
    CHECK(value("http_requests_total", {{"route", "unmatched"}, {"method", "GET"}, {"status", "404"}}) == 1);
    CHECK(value("http_requests_total", {{"route", "unmatched"}, {"method", "OTHER"}, {"status", "405"}}) == 1);
    CHECK(value("http_rejected_total", {{"reason", "malformed"}}) == 1);
    CHECK(value("http_request_bytes_total", {}) == 5);
    CHECK(server.metrics().gauge("http_connections", "").value() == 0);
    CHECK(server.metrics().gauge("http_requests_in_flight", "").value() == 0);
}

TEST_CASE("a port in use is told with the address and what to do") {
    const TestServer server;
    auto options = quick_options();
    options.port = server.port();
    CHECK_THROWS_WITH(TestServer(options), ContainsSubstring("127.0.0.1:" + std::to_string(server.port())) && ContainsSubstring("in use"));
    options.host = "no such host";
    CHECK_THROWS_WITH(TestServer(options), ContainsSubstring("no such host"));
    options.host = "localhost";
    options.port = 0;
    CHECK(TestServer(options).port() != 0);
}

TEST_CASE("stopping lets running requests end, and closes idle connections at once") {
    TestServer server;
    auto idle = server.connect();
    CHECK(idle.ask("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n").status == 200);
    auto running = server.connect();
    running.send("GET /wait HTTP/1.1\r\nHost: t\r\n\r\n");
    server.entered.acquire();
    std::jthread stopping([&] { server.stop(10s); });
    CHECK(idle.ends());
    CHECK_THROWS(server.connect());
    server.go.release();
    const auto reply = running.read_reply();
    CHECK(reply.body == "waited");
    CHECK(reply.header("connection") == "close");
    CHECK(running.ends());
    running.close();
    stopping.join();
    server.stop(0s);  // again: nothing happens
}

TEST_CASE("stopping cuts what has not ended by the deadline") {
    TestServer server;
    auto half = server.connect();
    half.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n\r\nhalf");
    auto upload = server.connect();
    upload.send("POST /stream-size HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n\r\n");
    auto slow_reader = server.connect();
    slow_reader.send("GET /stream?pieces=1000000 HTTP/1.1\r\nHost: t\r\n\r\n");
    REQUIRE(slow_reader.has_input(5s));
    const auto begun = std::chrono::steady_clock::now();
    server.stop(50ms);
    CHECK(std::chrono::steady_clock::now() - begun < 3s);
    CHECK(half.read_reply().status == 0);
    CHECK(server.handled == 0);
}
