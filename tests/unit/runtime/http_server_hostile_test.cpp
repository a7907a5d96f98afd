// What the server does about clients that are broken, slow, or mean.
#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "test_server.hpp"

using namespace logchute;
using namespace logchute::test;

namespace {

const std::string kGet = "GET /hello HTTP/1.1\r\nHost: t\r\n";

}  // namespace

TEST_CASE("what is no request, or could be read in two ways, is refused and the connection closed") {
    const TestServer server;
    const std::string post = "POST /echo HTTP/1.1\r\nHost: t\r\n";
    struct Case {
        std::string about;
        std::string bytes;
        int status;
    };
    const std::vector<Case> cases{
        {"binary", std::string("\x16\x03\x01\x02\x00\xff\xfe\x00 \x80", 10) + "\r\n\r\n", 400},
        {"words", "hello there\r\n\r\n", 400},
        {"a version of the future", "GET /hello HTTP/3.0\r\nHost: t\r\n\r\n", 400},
        {"no version", "GET /hello\r\n\r\n", 400},
        {"no host", "GET /hello HTTP/1.1\r\n\r\n", 400},
        {"two hosts", kGet + "Host: u\r\n\r\n", 400},
        {"a header without colon", kGet + "nonsense\r\n\r\n", 400},
        {"a space before the colon", kGet + "X-A : b\r\n\r\n", 400},
        {"a control character in a header", kGet + std::string("X-A: b\0c\r\n\r\n", 12), 400},
        {"two lengths", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400},
        {"two lengths in one", post + "Content-Length: 5, 6\r\n\r\nhello", 400},
        {"a negative length", post + "Content-Length: -1\r\n\r\nhello", 400},
        {"a length that is none", post + "Content-Length: five\r\n\r\nhello", 400},
        {"a length with a sign", post + "Content-Length: +5\r\n\r\nhello", 400},
        {"an empty length", post + "Content-Length:\r\n\r\nhello", 400},
        {"a length beyond numbers", post + "Content-Length: 99999999999999999999\r\n\r\nhello", 400},
        {"length and chunks", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"chunks and length", post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400},
        {"an encoding nobody knows", post + "Transfer-Encoding: gzip\r\n\r\nhello", 501},
        {"chunks within another encoding", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
        {"chunks not at the end", post + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 501},
        {"chunked twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"chunks in HTTP/1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501},
        {"a chunk without size", post + "Transfer-Encoding: chunked\r\n\r\n\r\nabc\r\n0\r\n\r\n", 400},
        {"a negative chunk", post + "Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n", 400},
        {"a chunk longer than it says", post + "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n", 400},
        {"a huge chunk", post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc\r\n0\r\n\r\n", 400},
        {"an endless chunk header", post + "Transfer-Encoding: chunked\r\n\r\n3;" + std::string(100'000, 'x'), 400},
    };
    for (const auto& [about, bytes, status] : cases) {
        INFO(about);
        auto client = server.connect();
        const auto reply = client.ask(bytes);
        CHECK(reply.status == status);
        CHECK(reply.is_problem());
        CHECK(reply.header("x-request-id").size() == 16);
        CHECK(client.ends());
    }
    CHECK(server.handled == 0);
    CHECK(server.get("/hello").status == 200);
}

TEST_CASE("paths are decoded, and never lead anywhere else") {
    const TestServer server;
    struct Case {
        std::string target;
        int status;
        std::string body = {};
    };
    const std::vector<Case> cases{
        {"/items/a%20b", 200, "a b"},
        {"/items/%C3%A4", 200, "\xc3\xa4"},
        {"/items/a+b", 200, "a+b"},
        {"http://elsewhere/items/7", 200, "7"},
        {"/items/...", 200, "..."},
        {"/items/%", 400},
        {"/items/%4", 400},
        {"/items/%zz", 400},
        {"/items/%00", 400},
        {"/items/..", 400},
        {"/items/%2e%2E", 400},
        {"/items/.", 400},
        {"/../../../../etc/passwd", 400},
        {"/%2e%2e/%2e%2e/etc/passwd", 400},
        {"/items/../hello", 400},
        {"/items/..%2f..%2fetc", 400},
        {"/hello?a=%", 400},
        {"/hello?%zz=1", 400},
        {"/hello?a=b&&c", 200, "hello"},
        {"/items/", 404},
        {"//hello", 404},
        {"hello", 400},
        {"*", 404},
    };
    for (const auto& [target, status, body] : cases) {
        INFO(target);
        const auto reply = server.get(target);
        CHECK(reply.status == (target == "*" ? 404 : status));
        if (status == 200) CHECK(reply.body == body);
        if (status != 200) CHECK(reply.is_problem());
    }
}

TEST_CASE("an address that is too long is 414, headers that are too long 431, also while they are still being sent") {
    const TestServer server;
    struct Case {
        std::string about;
        std::string bytes;
        int status;
    };
    const std::vector<Case> cases{
        {"a URL of 200 kB", "GET /hello?" + std::string(200'000, 'x') + " HTTP/1.1\r\nHost: t\r\n\r\n", 414},
        {"a URL that never ends", "GET /" + std::string(5'000'000, 'x'), 414},
        {"a URL just over", "GET /hello?" + std::string(64 * 1024, 'x') + " HTTP/1.1\r\nHost: t\r\n\r\n", 414},
        {"a header of 100 kB", kGet + "X-Long: " + std::string(100'000, 'x') + "\r\n\r\n", 431},
        {"headers that never end", kGet + "X-Long: " + std::string(5'000'000, 'x'), 431},
        {"many headers",
         [] {
             std::string all = kGet;
             for (int i = 0; i < 30'000; ++i) all += "a: b\r\n";
             return all + "\r\n";
         }(),
         431},
    };
    for (const auto& [about, bytes, status] : cases) {
        INFO(about);
        auto client = server.connect();
        client.send(bytes);
        const auto reply = client.read_reply();
        CHECK(reply.status == status);
        CHECK(reply.is_problem());
        CHECK(reply.header("connection") == "close");
    }
    CHECK(server.get("/hello?" + std::string(60'000, 'x')).status == 200);
    CHECK(server.ask(kGet + "X-Long: " + std::string(90'000, 'x') + "\r\n\r\n").status == 200);
}

TEST_CASE("a body over the limit is 413, and the client that still sends gets to read it") {
    const TestServer server;
    std::string large;
    large.resize(30'000'000, 'x');
    for (const std::string framing : {"Content-Length: 30000000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n1c9c380\r\n"}) {
        auto client = server.connect();
        client.send("POST /echo HTTP/1.1\r\nHost: t\r\n" + framing);
        client.send(large);
        const auto reply = client.read_reply();
        CHECK(reply.status == 413);
        CHECK(reply.is_problem());
        CHECK(reply.header("connection") == "close");
    }
    CHECK(server.ask("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1048577\r\n\r\n").status == 413);  // before any of it is sent
    auto client = server.connect();
    client.send("POST /stream-refuse HTTP/1.1\r\nHost: t\r\nContent-Length: 30000000\r\n\r\n" + large);
    CHECK(client.read_reply().status == 415);
    CHECK(server.handled == 0);
}

TEST_CASE("a body that is cut off reaches no handler that wants it whole") {
    TestServer server;
    for (const std::string bytes : {"Content-Length: 100\r\n\r\nonly this", "Transfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\n"}) {
        for (const bool resets : {false, true}) {
            auto client = server.connect();
            client.send("POST /echo HTTP/1.1\r\nHost: t\r\n" + bytes);
            if (resets) client.reset_on_close();
            client.close();
        }
    }
    auto client = server.connect();
    client.send("POST /stream-size HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n\r\nonly this");
    client.end_sending();
    CHECK(client.read_reply().status == 503);  // as its handler makes of Errc::closed
    server.stop(5s);
    CHECK(server.handled == 0);
}

TEST_CASE("bodies over all connections have one limit") {
    auto options = quick_options();
    options.buffered_bytes_max = 1'000'000;
    const TestServer server(options);
    auto holding = server.connect();
    const std::string head = "POST /size HTTP/1.1\r\nHost: t\r\nContent-Length: 800000\r\n\r\n";
    holding.send(head + std::string(700'000, 'x'));
    // Once the first body is in, the next one of that size is refused; before, it just fits.
    RawReply reply;
    do {
        reply = server.ask(head + std::string(800'000, 'x'));
    } while (reply.status == 200);
    CHECK(reply.status == 503);
    CHECK(reply.header("retry-after") == "1");
    CHECK(reply.is_problem());
    CHECK(holding.ask(std::string(100'000, 'x')).body == "800000");
    CHECK(server.ask(head + std::string(800'000, 'x')).status == 200);  // given back
}

TEST_CASE("the limit of bodies is shared with whoever counts beside the server") {
    auto options = quick_options();
    options.buffered_bytes_max = 100'000;
    options.buffered_bytes = std::make_shared<std::atomic<std::size_t>>(60'000);
    const TestServer server(options);
    const std::string request = "POST /size HTTP/1.1\r\nHost: t\r\nContent-Length: 50000\r\n\r\n" + std::string(50'000, 'x');
    CHECK(server.ask(request).status == 503);
    *options.buffered_bytes -= 60'000;
    CHECK(server.ask(request).status == 200);
}

TEST_CASE("who is too slow is told so, or closed where nothing was asked") {
    auto options = quick_options();
    options.header_timeout = options.idle_timeout = options.io_timeout = 80ms;
    TestServer server(options);

    auto idle = server.connect();
    CHECK(idle.ends());
    auto kept = server.connect();
    CHECK(kept.ask(kGet + "\r\n").status == 200);
    CHECK(kept.ends());

    auto loris = server.connect();
    CHECK(loris.ask("GET /hello HTTP/1.1\r\nX-Slow: ").status == 408);
    auto steady = server.connect();  // a byte now and then does not help: the headers as a whole have a limit
    while (!steady.has_input(20ms)) steady.send("x");
    CHECK(steady.read_reply().status == 408);

    auto stalled = server.connect();
    CHECK(stalled.ask("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nhalf").status == 408);
    auto stalled_stream = server.connect();
    CHECK(stalled_stream.ask("POST /stream-size HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nhalf").status == 503);
    CHECK(server.handled == 0);

    auto deaf = server.connect();
    deaf.send("GET /stream?pieces=100000 HTTP/1.1\r\nHost: t\r\n\r\n");
    REQUIRE(deaf.has_input(5s));
    const auto in_flight = server.metrics().gauge("http_requests_in_flight", "");
    while (in_flight.value() > 0) std::this_thread::yield();  // until the server has given up on a client that reads nothing
    const auto reply = deaf.read_reply();
    CHECK(reply.status == 200);
    CHECK_FALSE(reply.is_whole);
}

TEST_CASE("connections over the maximum are told 503 and closed") {
    auto options = quick_options();
    options.connections_max = 3;
    const TestServer server(options);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(std::make_unique<RawClient>(server.port()));
        CHECK(clients.back()->ask(kGet + "\r\n").status == 200);
    }
    for (int i = 0; i < 5; ++i) {
        auto extra = server.connect();
        const auto reply = extra.ask(kGet + "\r\n");
        CHECK(reply.status == 503);
        CHECK(reply.is_problem());
        CHECK(reply.header("retry-after") == "1");
        CHECK(extra.ends());
    }
    CHECK(clients[0]->ask(kGet + "\r\n").status == 200);
    clients.clear();
    for (;;) {  // the server notices that they have gone a moment later
        if (server.get("/hello").status == 200) break;
    }
}

TEST_CASE("clients that leave early harm nobody") {
    TestServer server;
    for (const bool resets : {false, true}) {
        for (const std::string path : {"/hello", "/wait", "/stream?pieces=100000"}) {
            auto client = server.connect();
            client.send("GET " + path + " HTTP/1.1\r\nHost: t\r\n\r\n");
            if (path == "/wait") server.entered.acquire();
            if (resets) client.reset_on_close();
            client.close();
            if (path == "/wait") server.go.release();
        }
        [[maybe_unused]] auto silent = server.connect();
    }
    CHECK(server.get("/hello").body == "hello");
}

TEST_CASE("a streamed body is not read on once its client has left in the middle of it") {
    const std::string sent(1'000'000, 'x');
    const struct {
        const char* what;
        std::size_t length;
        void (*leave)(test::RawClient&);
        bool is_read;
    } cases[] = {
        {"closed", 2'000'000, [](test::RawClient& client) { client.close(); }, false},
        {"half closed", 2'000'000, [](test::RawClient& client) { client.end_sending(); }, false},
        {"half closed, whole", 1'000'000, [](test::RawClient& client) { client.end_sending(); }, true},
        {"closed, whole", 1'000'000, [](test::RawClient& client) { client.close(); }, true},
    };
    for (const auto& it : cases) {
        INFO(it.what);
        TestServer server;
        auto client = server.connect();
        REQUIRE(client.send("POST /stream-late HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(it.length) + "\r\n\r\n"));
        server.entered.acquire();
        REQUIRE(client.send(sent));
        it.leave(client);
        server.go.release();
        server.entered.acquire();
        CHECK((server.streamed == sent.size()) == it.is_read);
    }
}

TEST_CASE("many clients at once all get their own answers") {
    const TestServer server;
    std::atomic<int> right{0};
    {
        std::vector<std::jthread> clients;
        clients.reserve(16);
        for (int c = 0; c < 16; ++c) {
            clients.emplace_back([&, c] {
                auto client = server.connect();
                for (int i = 0; i < 50; ++i) {
                    const std::string id = std::to_string(c * 1000 + i);
                    const std::string body(static_cast<std::size_t>(c * 997 + i * 131), static_cast<char>('a' + c));
                    right += client.ask("GET /items/" + id + " HTTP/1.1\r\nHost: t\r\n\r\n").body == id ? 1 : 0;
                    right +=
                        client.ask("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body)
                                    .body == body
                            ? 1
                            : 0;
                }
            });
        }
    }
    CHECK(right == 1600);
}
