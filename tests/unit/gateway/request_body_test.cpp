#include "request_body.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "compression.hpp"

using namespace logchute;
using namespace logchute::gateway;

namespace {

http::Request request_of(std::string body, std::string type, std::string encoding = {}) {
    http::Request request;
    request.body = std::move(body);
    if (!type.empty()) request.headers.push_back({"Content-Type", std::move(type)});
    if (!encoding.empty()) request.headers.push_back({"Content-Encoding", std::move(encoding)});
    return request;
}

int status_of(http::Request request, std::size_t bytes_max = 1 << 20, std::size_t budget_bytes = 8 << 20) {
    MemoryBudget budget(budget_bytes);
    MemoryBudget::Lease lease(budget);
    const auto body = decoded_body(request, bytes_max, lease);
    return body ? 200 : body.error().status;
}

}  // namespace

TEST_CASE("the media type says how a body is read") {
    const struct {
        const char* type;
        std::optional<BodyKind> kind;
    } cases[] = {
        {"application/json", BodyKind::json_document},
        {"Application/JSON; charset=UTF-8", BodyKind::json_document},
        {"application/x-ndjson", BodyKind::json_lines},
        {"application/jsonl", BodyKind::json_lines},
        {"text/plain", BodyKind::text},
        {"text/plain; charset=\"utf-8\"", BodyKind::text},
        {"", BodyKind::text},
        {"text/plain; charset=latin1", std::nullopt},
        {"application/xml", std::nullopt},
        {"application/x-www-form-urlencoded", std::nullopt},
        {"nonsense", std::nullopt},
    };
    for (const auto& it : cases) {
        INFO(it.type);
        CHECK(body_kind(request_of("", it.type)) == it.kind);
    }
}

TEST_CASE("a body comes out as it was before it was compressed") {
    const std::string text = "one\ntwo\n";
    for (const auto& [body, encoding] : {std::pair{text, std::string()},
                                         {text, std::string("identity")},
                                         {gzip(text), std::string("gzip")},
                                         {zstd(text), std::string("zstd")}}) {
        MemoryBudget budget(8 << 20);
        MemoryBudget::Lease lease(budget);
        auto request = request_of(body, "text/plain", encoding);
        const auto decoded = decoded_body(request, 1 << 20, lease);
        REQUIRE(decoded);
        CHECK(*decoded == text);
    }
}

TEST_CASE("a bomb is refused long before the limit, and a log that repeats itself is not") {
    const std::string zeros(40 << 20, '\0');
    constexpr std::size_t kLimit = 64U << 20;
    MemoryBudget budget(kLimit);
    MemoryBudget::Lease lease(budget);
    auto bomb = request_of(gzip(zeros), "text/plain", "gzip");
    const auto refused = decoded_body(bomb, kLimit, lease);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().status == 413);
    CHECK(budget.used() < 16U << 20);

    std::string log;
    while (log.size() < 12U << 20) log += "2026-11-21T10:00:00Z INFO api request " + std::to_string(log.size() % 97) + " was answered\n";
    CHECK(status_of(request_of(gzip(log), "text/plain", "gzip"), kLimit, kLimit) == 200);
}

TEST_CASE("what cannot be decoded is refused for the right reason") {
    const std::string big(3 << 20, 'x');
    CHECK(status_of(request_of("hello", "text/plain", "rot13")) == 415);
    CHECK(status_of(request_of("hello", "text/plain", "gzip")) == 400);
    CHECK(status_of(request_of("", "text/plain", "gzip")) == 400);
    CHECK(status_of(request_of(gzip(big).substr(0, 100), "text/plain", "gzip")) == 400);
    CHECK(status_of(request_of(gzip(big), "text/plain", "gzip")) == 413);
    CHECK(status_of(request_of(zstd(big), "text/plain", "zstd")) == 413);
    CHECK(status_of(request_of(gzip(big), "text/plain", "gzip"), 4 << 20, 2 << 20) == 503);
    CHECK(status_of(request_of(big, "text/plain"), 4 << 20, 1 << 20) == 200);  // it is there already, and counted by the server
}
