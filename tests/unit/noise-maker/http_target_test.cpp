#include "http_target.hpp"

#include <catch2/catch_test_macros.hpp>
#include <stdexcept>
#include <thread>

using namespace logchute;
using namespace logchute::noise;
using namespace std::chrono_literals;

TEST_CASE("answers of the gateway are judged by whether a retry can help") {
    struct Case {
        long status;
        HttpVerdict::What what;
    };
    for (const auto& [status, what] :
         {Case{200, HttpVerdict::What::delivered}, Case{202, HttpVerdict::What::delivered}, Case{0, HttpVerdict::What::retry},
          Case{408, HttpVerdict::What::retry}, Case{429, HttpVerdict::What::retry}, Case{500, HttpVerdict::What::retry},
          Case{503, HttpVerdict::What::retry}, Case{301, HttpVerdict::What::give_up}, Case{400, HttpVerdict::What::give_up},
          Case{401, HttpVerdict::What::give_up}, Case{404, HttpVerdict::What::give_up}, Case{413, HttpVerdict::What::give_up}}) {
        INFO(status);
        CHECK(judge(status, "", 0).what == what);
    }
}

TEST_CASE("a retry waits as long as Retry-After asks, and at least the backoff") {
    CHECK(judge(503, "", 0).wait == 100ms);
    CHECK(judge(503, "", 3).wait == 800ms);
    CHECK(judge(503, "", 1000).wait == 6400ms);
    CHECK(judge(429, "2", 0).wait == 2s);
    CHECK(judge(429, "2", 6).wait == 6400ms);
    CHECK(judge(503, "9999999", 0).wait == 30s);
    CHECK(judge(503, "99999999999999999999999", 0).wait == 100ms);
    CHECK(judge(503, "-5", 0).wait == 100ms);
    CHECK(judge(503, "Fri, 31 Dec 1999 23:59:59 GMT", 0).wait == 100ms);
}

TEST_CASE("what is no URL of a gateway is refused at the start") {
    for (const char* const url : {"", "localhost:8081", "file:///etc/passwd", "ftp://host"}) {
        INFO(url);
        CHECK_THROWS_AS(HttpTarget(url, Format::json, "run", {}), std::invalid_argument);
    }
}

TEST_CASE("a stop ends the attempts at a gateway that is not there") {
    HttpTarget target("http://127.0.0.1:1", Format::json, "run", [](auto...) { FAIL("nothing can have been delivered"); });
    std::stop_source stop;
    std::jthread stopper([&] { stop.request_stop(); });
    const auto sent = target.send({.text = "{}\n", .records = 1}, stop.get_token());
    REQUIRE(!sent);
    CHECK(sent.error().code == Errc::closed);
}
