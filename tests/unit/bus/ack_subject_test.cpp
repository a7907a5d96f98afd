#include "ack_subject.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

using logchute::bus::parse_ack_subject;

TEST_CASE("the ack subject tells how a message was delivered") {
    const std::vector<std::string> table{
        "$JS.ACK.LOGS.ingestion.2.41.40.1795226400123456789.7",
        "$JS.ACK._.ACCOUNT.LOGS.ingestion.2.41.40.1795226400123456789.7",
        "$JS.ACK.hub.ACCOUNT.LOGS.ingestion.2.41.40.1795226400123456789.7.aXyZ",
    };
    for (const auto& subject : table) {
        CAPTURE(subject);
        const auto parsed = parse_ack_subject(subject);
        REQUIRE(parsed.has_value());
        const auto info = parsed.value_or(logchute::bus::DeliveryInfo{});
        CHECK(info.delivered == 2);
        CHECK(info.sequence == 41);
        CHECK(info.pending == 7);
        CHECK(logchute::to_nanos(info.received) == 1795226400123456789);
    }
}

TEST_CASE("what is no ack subject is refused") {
    const std::vector<std::string> table{
        "",
        "$JS.ACK.",
        "logs.web",
        "$JS.API.LOGS.ingestion.2.41.40.1.7",
        "$JS.ACK.LOGS.ingestion.2.41.40.1",                       // a token short
        "$JS.ACK.LOGS.ingestion.2.41.40.1.7.8",                   // neither form
        "$JS.ACK._.A.LOGS.ingestion.2.41.40.1.7.r.s",             // too long
        "$JS.ACK.LOGS.ingestion.x.41.40.1.7",
        "$JS.ACK.LOGS.ingestion.2.-41.40.1.7",
        "$JS.ACK.LOGS.ingestion.2.41.40..7",
        "$JS.ACK.LOGS.ingestion.2.41.40.18446744073709551615.7",  // no time of ours
        "$JS.ACK.LOGS.ingestion.2.99999999999999999999.40.1.7",
    };
    for (const auto& subject : table) {
        CAPTURE(subject);
        CHECK_FALSE(parse_ack_subject(subject));
    }
}
