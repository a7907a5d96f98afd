#include "pprof.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace logchute;
using namespace logchute::http;
using Catch::Matchers::ContainsSubstring;
using Query = std::vector<std::pair<std::string, std::string>>;

namespace {

struct Pprof {
    explicit Pprof(const std::stop_token& stop = {}) { runtime::add_pprof_routes(router, stop); }
    Response ask(Method method, const std::string& path, Query query = {}, std::string body = "") const {
        Request request;
        request.method = method;
        request.path = "/debug/pprof/" + path;
        request.query = std::move(query);
        request.body = std::move(body);
        const auto match = router.match(method, request.path);
        return match.route->handler(request);
    }
    Router router;
};

std::string text_of(const Response& response) { return std::get<std::string>(response.body); }

[[gnu::noinline]] double burn(const std::atomic<bool>& done) {
    volatile double sum = 0;
    while (!done) sum = sum + 1;
    return sum;
}

}  // namespace

#ifdef LOGCHUTE_HAS_GPERFTOOLS
TEST_CASE("a CPU profile lasts as long as asked for and is in the form that pprof reads") {
    std::atomic<bool> done = false;
    const std::jthread busy([&] { burn(done); });
    const auto begun = std::chrono::steady_clock::now();
    const Response response = Pprof().ask(Method::get, "profile", {{"seconds", "1"}});
    done = true;
    CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::seconds(1));
    REQUIRE(response.status == 200);
    const std::string profile = text_of(response);
    std::uint64_t head[5];
    REQUIRE(profile.size() > sizeof head);
    std::memcpy(head, profile.data(), sizeof head);
    CHECK(head[0] == 0);
    CHECK(head[1] == 3);
    CHECK(head[2] == 0);
    CHECK_THAT(profile, ContainsSubstring("test_runtime"));
    CHECK(profile.size() > 200);
}

TEST_CASE("one profile at a time, and the end of the service ends it") {
    const std::stop_source stop;
    const Pprof pprof(stop.get_token());
    std::atomic<int> first = 0;
    std::jthread taking([&] { first = pprof.ask(Method::get, "profile", {{"seconds", "120"}}).status; });
    // Until the two meet; either may be the one that finds the other.
    int second = 0;
    while (second != 409 && first != 409) second = pprof.ask(Method::get, "profile", {{"seconds", "1"}}).status;
    stop.request_stop();
    taking.join();
    CHECK(first + second == 200 + 409);
}

TEST_CASE("the heap's sample is in the form that pprof reads, and holds what is allocated") {
    runtime::start_heap_sampling();
    std::vector<std::unique_ptr<char[]>> held;
    held.reserve(64);
    for (int i = 0; i < 64; ++i) held.push_back(std::make_unique<char[]>(1U << 20));
    const Response response = Pprof().ask(Method::get, "heap");
    CHECK(response.status == 200);
    const std::string sample = text_of(response);
    CHECK_THAT(sample, ContainsSubstring("heap profile:") && ContainsSubstring("MAPPED_LIBRARIES:"));
    // gperftools says so where it was built to take its period from TCMALLOC_SAMPLE_PARAMETER alone.
    if (sample.find("heap sampling turned off") != std::string::npos) SKIP("this gperftools cannot be told to sample at run time");
    const auto at = sample.find("heap profile:") + 13;
    CHECK(std::strtol(sample.c_str() + at, nullptr, 10) > 0);
}
#else
TEST_CASE("a build with sanitizers takes no profiles and says so") {
    CHECK(Pprof().ask(Method::get, "profile").status == 501);
    CHECK(Pprof().ask(Method::get, "heap").status == 501);
}
#endif

TEST_CASE("wrong and unknown parameters are refused") {
#ifdef LOGCHUTE_HAS_GPERFTOOLS
    for (const char* seconds : {"0", "121", "-1", "x", ""}) {
        CAPTURE(seconds);
        CHECK(Pprof().ask(Method::get, "profile", {{"seconds", seconds}}).status == 400);
    }
    CHECK(Pprof().ask(Method::get, "heap", {{"gc", "1"}}).status == 400);
#endif
    CHECK(Pprof().ask(Method::get, "cmdline", {{"x", "1"}}).status == 400);
}

TEST_CASE("the command line names the program") {
    CHECK_THAT(text_of(Pprof().ask(Method::get, "cmdline")), ContainsSubstring("test_runtime"));
}

TEST_CASE("addresses become names, however they are sent") {
    char address[32];
    std::snprintf(address, sizeof address, "0x%lx", reinterpret_cast<unsigned long>(&burn));
    const std::string line = std::string(address) + "\t(anonymous namespace)::burn(std::atomic<bool> const&)\n";
    CHECK(text_of(Pprof().ask(Method::get, "symbol")) == "num_symbols: 1\n");
    CHECK_THAT(text_of(Pprof().ask(Method::post, "symbol", {}, std::string(address) + "+0x0+nonsense")), ContainsSubstring(line));
    CHECK_THAT(text_of(Pprof().ask(Method::get, "symbol", {{std::string("0x1 ") + address, ""}})), ContainsSubstring(line));
    CHECK(text_of(Pprof().ask(Method::post, "symbol", {}, "0x1+++0xzz+\xff")) == "num_symbols: 1\n");
}
