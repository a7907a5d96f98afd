#include <catch2/catch_test_macros.hpp>
#include <optional>
#include <string>

#include "export_route.hpp"
#include "log_routes.hpp"

using namespace logchute;
using namespace logchute::dashboard;

namespace {

/// A store that remembers what it was asked, and answers what it was told.
class FakeReader final : public store::LogReader {
public:
    std::optional<Error> failure;
    std::vector<store::RecordPage> pages;
    store::SearchRequest searched;
    store::StatsRequest counted;
    store::HistogramRequest drawn;

    Result<store::RecordPage> search(const store::SearchRequest& request) override {
        searched = request;
        if (failure) return std::unexpected(*failure);
        if (pages.empty()) return store::RecordPage{};
        auto page = pages.front();
        pages.erase(pages.begin());
        return page;
    }
    Result<std::string> record(std::string_view id) override {
        if (id != "1-0") return fail(Errc::not_found, "there is no record of this id");
        return "{\"id\":\"1-0\"}\n";
    }
    Result<store::ContextPage> context(std::string_view, std::size_t, std::size_t) override { return store::ContextPage{{}, "{}\n", {}}; }
    Result<store::Stats> stats(const store::StatsRequest& request) override {
        counted = request;
        if (failure) return std::unexpected(*failure);
        return store::Stats{.total = 7};
    }
    Result<store::Histogram> histogram(const store::HistogramRequest& request) override {
        drawn = request;
        if (failure) return std::unexpected(*failure);
        return store::Histogram{};
    }
    Result<std::vector<store::FieldInfo>> fields(const store::Scope&) override { return std::vector<store::FieldInfo>{}; }
    Result<store::Tallies> tallies(std::string_view) override { return store::Tallies{}; }
};

struct Dashboard {
    FakeReader reader;
    LogRoutes logs{reader};
    ExportRoute exports{reader};
    http::Router router;

    Dashboard() {
        logs.add_to(router);
        exports.add_to(router);
    }

    http::Response get(const std::string& path, std::vector<std::pair<std::string, std::string>> query = {}) {
        http::Request request;
        request.path = path;
        request.query = std::move(query);
        const auto match = router.match(http::Method::get, path);
        REQUIRE(match.route != nullptr);
        request.params = match.params;
        return match.route->handler(request);
    }
};

std::string body_of(const http::Response& response) {
    if (const auto* text = std::get_if<std::string>(&response.body)) return *text;
    struct Collector final : http::BodyWriter {
        std::string all;
        Result<void> write(std::string_view bytes) override {
            all += bytes;
            return {};
        }
    } collector;
    REQUIRE(std::get<http::BodyStream>(response.body)(collector));
    return collector.all;
}

}  // namespace

TEST_CASE("a search passes on what it was asked") {
    Dashboard dashboard;
    const auto response = dashboard.get(
        "/api/v1/logs/search", {{"q", "level:error timeout"}, {"limit", "7"}, {"order", "asc"}, {"cursor", "c"}, {"service", "api gw"}});
    CHECK(response.status == 200);
    CHECK(dashboard.reader.searched.limit == 7);
    CHECK(dashboard.reader.searched.order == store::Order::oldest_first);
    CHECK(dashboard.reader.searched.cursor == "c");
    CHECK(search::to_text(dashboard.reader.searched.scope.query.root()).contains("api gw"));
}

TEST_CASE("what is wrong in a question is named") {
    Dashboard dashboard;
    const struct {
        const char* path;
        const char* name;
        const char* value;
    } cases[] = {
        {"/api/v1/logs/search", "colour", "red"},
        {"/api/v1/logs/search", "limit", "0"},
        {"/api/v1/logs/search", "limit", "-1"},
        {"/api/v1/logs/search", "limit", "100001"},
        {"/api/v1/logs/search", "limit", ""},
        {"/api/v1/logs/search", "order", "sideways"},
        {"/api/v1/logs/search", "from", "yesterday"},
        {"/api/v1/logs/search", "q", "(alpha"},
        {"/api/v1/logs/search", "level", "noisy"},
        {"/api/v1/logs/stats", "fn", "p101"},
        {"/api/v1/logs/stats", "field", "seq"},
        {"/api/v1/logs/stats", "by", "a,,b"},
        {"/api/v1/logs/stats", "by", "a,b,c,d,e"},
        {"/api/v1/logs/stats", "by", "level,service,level"},
        {"/api/v1/logs/stats", "by", "id"},
        {"/api/v1/logs/stats", "by", "service,id"},
        {"/api/v1/logs/stats", "by", "\xff"},
        {"/api/v1/logs/stats", "q", "a\xc3"},
        {"/api/v1/logs/search", "service", "\xff"},
        {"/api/v1/logs/search", "message", "\xed\xa0\x80"},
        {"/api/v1/logs/search", "cursor", "\xff"},
        {"/api/v1/logs/search", "limit", "\xff"},
        {"/api/v1/logs/search", "from", "9999-02-30T00:00:00Z"},
        {"/api/v1/logs/histogram", "by", "service,level"},
        {"/api/v1/logs/histogram", "by", "service,"},
        {"/api/v1/logs/histogram", "by", "id"},
        {"/api/v1/logs/histogram", "by", "\xff"},
        {"/api/v1/logs/histogram", "step", "0"},
        {"/api/v1/logs/histogram", "step", "-5s"},
        {"/api/v1/logs/histogram", "step", "1"},
        {"/api/v1/logs/export", "format", "xls"},
        {"/logs", "limit", "abc"},
        {"/logs", "q", "x"},
        {"/api/v1/logs/fields", "colour", "red"},
    };
    for (const auto& it : cases) {
        const auto response = dashboard.get(it.path, {{it.name, it.value}});
        INFO(it.path << "?" << it.name << "=" << it.value << ": " << body_of(response));
        CHECK(response.status == 400);
        CHECK(body_of(response).contains("\"parameter\":\"" + std::string(it.name) + "\""));
    }
}

TEST_CASE("times of any year are taken; those beyond all records leave the range open, or empty") {
    Dashboard dashboard;
    const struct {
        const char *from, *to;
        std::optional<Timestamp> asked_from, asked_to;
    } cases[] = {
        {"0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", {}, {}},
        {"1677-01-01T00:00:00Z", "2262-06-01T00:00:00Z", {}, {}},
        {"0001-01-01T00:00:00Z", "2026-11-21T00:00:00Z", {}, parse_rfc3339("2026-11-21T00:00:00Z")},
        {"2026-11-21T00:00:00Z", "9999-01-01T00:00:00Z", parse_rfc3339("2026-11-21T00:00:00Z"), {}},
        {"0001-01-01T00:00:00Z", "1600-01-01T00:00:00Z", kTimestampMin, kTimestampMin},
        {"2300-01-01T00:00:00Z", "9999-01-01T00:00:00Z", kTimestampEnd, kTimestampEnd},
    };
    for (const auto& it : cases) {
        INFO(it.from << " to " << it.to);
        CHECK(dashboard.get("/api/v1/logs/search", {{"from", it.from}, {"to", it.to}}).status == 200);
        CHECK(dashboard.reader.searched.scope.range.from == it.asked_from);
        CHECK(dashboard.reader.searched.scope.range.to == it.asked_to);
    }
    CHECK(dashboard.get("/api/v1/logs/search", {{"from", "9999-01-01T00:00:00Z"}, {"to", "0001-01-01T00:00:00Z"}}).status == 400);
}

TEST_CASE("a search that does not parse says where and what was expected") {
    Dashboard dashboard;
    const auto body = body_of(dashboard.get("/api/v1/logs/stats", {{"q", "alpha )"}}));
    CHECK(body.contains("\"column\":7"));
    CHECK(body.contains("\"expected\":"));
}

TEST_CASE("the store's failures become the right answers") {
    Dashboard dashboard;
    dashboard.reader.failure = Error{Errc::unavailable, "NATS is away"};
    CHECK(dashboard.get("/api/v1/logs/search").status == 503);
    CHECK(dashboard.get("/api/v1/logs/export").status == 503);
    dashboard.reader.failure = Error{Errc::invalid, "this cursor is none of ours"};
    const auto cursor = dashboard.get("/api/v1/logs/search", {{"cursor", "garbage"}});
    CHECK(cursor.status == 400);
    CHECK(body_of(cursor).contains("\"parameter\":\"cursor\""));
    CHECK(body_of(dashboard.get("/api/v1/logs/histogram")).contains("\"parameter\":\"step\""));
}

TEST_CASE("one record, or 404") {
    Dashboard dashboard;
    CHECK(body_of(dashboard.get("/api/v1/logs/1-0")) == "{\"id\":\"1-0\"}");
    CHECK(dashboard.get("/api/v1/logs/nope").status == 404);
}

TEST_CASE("an export goes through all pages") {
    Dashboard dashboard;
    dashboard.reader.pages = {{"{\"message\":\"a\"}\n", 1, "more"}, {"{\"message\":\"b\"}\n", 1, ""}};
    const auto response = dashboard.get("/api/v1/logs/export", {{"format", "csv"}});
    CHECK(response.status == 200);
    CHECK(body_of(response) == "timestamp,level,service,host,message,source,id,tags,fields\r\n,,,,a,,,,\r\n,,,,b,,,,\r\n");
    CHECK(dashboard.reader.searched.cursor == "more");
}
