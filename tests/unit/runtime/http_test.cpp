#include "logchute/runtime/http.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logchute;
using namespace logchute::http;

namespace {

std::string body_of(const Response& response) { return std::get<std::string>(response.body); }

std::string header_of(const Response& response, std::string_view name) {
    for (const auto& header : response.headers) {
        if (header.name == name) return header.value;
    }
    return {};
}

}  // namespace

TEST_CASE("headers are found without case, and missing ones are empty") {
    Request request;
    request.headers = {{"Content-TYPE", "Text/Plain ; charset=utf-8"}, {"X-A", "1"}, {"x-a", "2"}};
    CHECK(request.header("content-type") == "Text/Plain ; charset=utf-8");
    CHECK(request.header("X-a") == "1");
    CHECK(request.header("X-B").empty());
    CHECK(request.media_type() == "text/plain");
    request.headers.clear();
    CHECK(request.media_type().empty());
}

TEST_CASE("a problem is what RFC 9457 has, with what is set") {
    const Response plain = Response::problem({.status = 404, .detail = "There is nothing \"here\"."});
    CHECK(plain.status == 404);
    CHECK(header_of(plain, "Content-Type") == "application/problem+json");
    CHECK(header_of(plain, "Retry-After").empty());
    CHECK(body_of(plain) ==
          "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,\"detail\":\"There is nothing \\\"here\\\".\"}\n");

    const Response full = Response::problem(
        {.status = 400, .detail = "The query does not parse.", .parameter = "q", .column = 7, .expected = "a word", .retry_after = {}});
    CHECK(body_of(full) ==
          "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,\"detail\":\"The query does not parse.\","
          "\"parameter\":\"q\",\"column\":7,\"expected\":\"a word\"}\n");
}

TEST_CASE("429 and 503 always say when to come back") {
    CHECK(header_of(Response::problem({.status = 429, .detail = "Slow down."}), "Retry-After") == "1");
    CHECK(header_of(Response::problem({.status = 503, .detail = "Come back."}), "Retry-After") == "1");
    Problem patient{.status = 503, .detail = "Come back."};
    patient.retry_after = 30;
    CHECK(header_of(Response::problem(patient), "Retry-After") == "30");
}

TEST_CASE("every error code has its status") {
    struct Case {
        Errc code;
        int status;
    };
    for (const auto& [code, status] :
         {Case{Errc::invalid, 400}, Case{Errc::not_found, 404}, Case{Errc::too_large, 413}, Case{Errc::full, 503}, Case{Errc::timeout, 503},
          Case{Errc::unavailable, 503}, Case{Errc::conflict, 409}, Case{Errc::closed, 503}, Case{Errc::failed, 500}}) {
        INFO(to_string(code));
        const Response response = Response::error({code, "What happened, and what to do."});
        CHECK(response.status == status);
        CHECK(body_of(response).find("What happened, and what to do.") != std::string::npos);
    }
}

TEST_CASE("responses are put together in one expression") {
    const Response response = Response::json("{}", 202).with("Location", "/a").with("X-B", "c");
    CHECK(response.status == 202);
    CHECK(header_of(response, "Content-Type") == "application/json");
    CHECK(header_of(response, "Location") == "/a");
    CHECK(header_of(response, "X-B") == "c");
    CHECK(header_of(Response::text("x"), "Content-Type") == "text/plain; charset=utf-8");
}
