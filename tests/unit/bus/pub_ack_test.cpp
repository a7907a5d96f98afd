#include "pub_ack.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

using logchute::Errc;
using logchute::bus::parse_pub_ack;

TEST_CASE("an acknowledgement gives the sequence") {
    struct Row {
        std::string json;
        std::uint64_t sequence;
        bool duplicate;
    };
    const std::vector<Row> table{
        {R"({"stream":"LOGS","seq":12})", 12, false},
        {R"({"stream":"LOGS", "seq":12})", 12, false},
        {R"({"stream":"LOGS","seq":18446744073709551615})", 18446744073709551615U, false},
        {R"({"stream":"LOGS","seq":12,"duplicate":true})", 12, true},
        {R"({"stream":"LOGS", "seq":12,"duplicate": true})", 12, true},
        // What the fast path does not know is read all the same.
        {R"({"stream":"LOGS","seq":12,"duplicate":false})", 12, false},
        {R"({"stream":"LOGS","domain":"hub","seq":12})", 12, false},
        {R"({"seq":12,"stream":"LOGS"})", 12, false},
        {R"({"stream":"LO\"GS","seq":12})", 12, false},
        {R"({ "stream" : "LOGS" , "seq" : 12 , "duplicate" : true })", 12, true},
        {R"({"stream":"LOGS","seq":12,"batch":"x","count":3})", 12, false},
    };
    for (const auto& row : table) {
        CAPTURE(row.json);
        const auto ack = parse_pub_ack(row.json);
        REQUIRE(ack);
        CHECK(ack->sequence == row.sequence);
        CHECK(ack->duplicate == row.duplicate);
    }
}

TEST_CASE("a refusal keeps the server's words and gets our code") {
    struct Row {
        std::string json;
        Errc code;
        std::string words;
    };
    const std::vector<Row> table{
        {R"({"error":{"code":503,"err_code":10077,"description":"no space left on device"},"stream":"LOGS","seq":0})", Errc::unavailable,
         "no space left"},
        {R"({"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 5"},"stream":"LOGS","seq":0})", Errc::conflict,
         "wrong last"},
        {R"({"error":{"code":400,"err_code":10054,"description":"message size exceeds maximum allowed"}})", Errc::too_large, "exceeds"},
        {R"({"error":{"code":404,"err_code":10059,"description":"stream not found"}})", Errc::not_found, "not found"},
        {R"({"error":{"code":400,"err_code":10060,"description":"expected stream does not match"}})", Errc::failed, "does not match"},
        {R"({"error":{}})", Errc::failed, "refused"},
        {R"({"error":{"code":"x","err_code":null,"description":7}})", Errc::failed, "refused"},
    };
    for (const auto& row : table) {
        CAPTURE(row.json);
        const auto ack = parse_pub_ack(row.json);
        REQUIRE_FALSE(ack);
        CHECK(ack.error().code == row.code);
        CHECK(ack.error().detail.contains(row.words));
    }
}

TEST_CASE("what is no acknowledgement is refused") {
    const std::vector<std::string> table{"",
                                         "+OK",
                                         "{",
                                         "[]",
                                         "null",
                                         "12",
                                         R"({"stream":"LOGS"})",
                                         R"({"stream":"LOGS","seq":0})",
                                         R"({"stream":"LOGS","seq":-3})",
                                         R"({"stream":"LOGS","seq":"12"})",
                                         R"({"stream":"LOGS","seq":12)",
                                         R"({"stream":"LOGS","seq":99999999999999999999999})",
                                         R"({"stream":"LOGS","seq":12}})"};
    for (const auto& json : table) {
        CAPTURE(json);
        const auto ack = parse_pub_ack(json);
        REQUIRE_FALSE(ack);
        CHECK(ack.error().code == Errc::failed);
        CHECK_FALSE(ack.error().detail.empty());
    }
}
