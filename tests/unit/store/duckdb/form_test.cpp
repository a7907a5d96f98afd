#include "duckdb/form.hpp"

#include <catch2/catch_test_macros.hpp>

#include "logchute/core/batch_parser.hpp"

using namespace logchute;
using namespace logchute::store::duck;

namespace {

constexpr std::int64_t kReceived = 1'795'255'200'000'000'000;

// The records of `text`, each with its form, if it has one, and the line that comes back from it.
struct Outcome {
    std::string raw;
    std::optional<std::string> form;
    std::string rebuilt;
};
std::vector<Outcome> outcomes(const std::string& text, Format format = Format::automatic) {
    ParsedBatch parsed;
    BatchOptions options;
    options.format = format;
    options.received = from_nanos(kReceived);
    BatchParser().parse(text, options, parsed);
    std::vector<Outcome> all;
    FormMaker maker;
    TimeWriter times;
    for (const auto& record : parsed.records) {
        Outcome one{std::string(record.raw), {}, {}};
        if (const auto form = maker.form_of(record)) {
            one.form = std::string(*form);
            const LineParts parts{to_nanos(record.timestamp), record.service, record.host, record.message, record.tags, record.fields};
            CHECK(append_line(one.rebuilt, *form, parts, times));
        }
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace

TEST_CASE("a line with a form comes back byte for byte") {
    for (
        const std::string line : {
            R"({"timestamp":"2026-11-21T02:28:01.123456Z","level":"info","service":"cart","host":"n-1","message":"paid","tags":{"a":"b"},"fields":{"n":1}})",
            R"({ "msg" :  "spaced out", "ts":1700000000 ,"extra": 1.50 })",
            R"({"ts":1700000000123,"severity":"WARN","message":"flat","status":504,"user":"ann","nested":{"a":[1,2]},"ok":true})",
            R"({"message":"no time","level":3})",
            R"(ts=2026-11-21T02:28:01Z level=error msg="it broke" service=cart status=504 took=1.5)",
            R"(10.1.2.3 - ann [21/Nov/2026:02:28:01 +0000] "GET /cart?id=7 HTTP/1.1" 200 512 "-" "curl/8.0")",
            R"(<34>1 2026-11-21T02:28:01.003Z node-1 cart 4711 ID47 - started)",
            R"(<13>Nov 21 02:28:01 node-1 cart[4711]: started)",
            "2026-11-21 02:28:01,123 INFO worker started",
            "2026-11-21T02:28:01Z just text",
            "nothing but a message",
            "\ttabs\tand trailing space ",
            "ünïcode ☃ text",
        }) {
        INFO(line);
        for (const auto& one : outcomes(line)) {
            if (one.form) CHECK(one.rebuilt == one.raw);
        }
    }
}

TEST_CASE("lines of one program have one form") {
    const auto all = outcomes(
        R"({"timestamp":"2026-11-21T02:28:01.123Z","level":"info","service":"cart","message":"one","tags":{"r":"eu"},"fields":{"n":1}})"
        "\n"
        R"({"timestamp":"2026-11-21T02:28:02.456Z","level":"info","service":"api","message":"and two","tags":{"r":"us"},"fields":{"n":27}})",
        Format::json);
    REQUIRE(all.size() == 2);
    REQUIRE(all[0].form);
    CHECK(all[0].form == all[1].form);
}

TEST_CASE("fields that were keys of the line are taken out of its form too") {
    const auto all = outcomes(R"({"message":"one","status":200,"path":"/a"})"
                              "\n"
                              R"({"message":"two","status":504,"path":"/b/c"})",
                              Format::json);
    REQUIRE(all.size() == 2);
    REQUIRE(all[0].form);
    CHECK(all[0].form == all[1].form);
}

TEST_CASE("a line whose content is not in it as it stands is kept whole") {
    for (const std::string line : {
             R"({"message":"a \"quoted\" word"})",
             "a line with a mark \x03 in it",
             R"({"timestamp":"2026-11-21T04:28:01+02:00","message":"another zone"})",
         }) {
        INFO(line);
        for (const auto& one : outcomes(line)) CHECK_FALSE(one.form);
    }
}

TEST_CASE("a damaged form is refused") {
    LineParts parts;
    TimeWriter times;
    parts.fields = R"({"a":1})";
    for (const std::string_view form : {"\x06",
                                        "\x06"
                                        "A",
                                        "\x06"
                                        "zz",
                                        "\x07",
                                        "\x07"
                                        "1",
                                        "\x08"
                                        "0",
                                        "\x07\xff"}) {
        std::string out;
        CHECK_FALSE(append_line(out, form, parts, times));
    }
}
