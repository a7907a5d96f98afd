#include "subject.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>
#include <vector>

#include "logchute/bus/connection.hpp"

using logchute::bus::is_publishable;
using logchute::bus::subject_token;

TEST_CASE("any text becomes one token of a subject") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"web", "web"},
        {"Web_Server-7", "Web_Server-7"},
        {"a.b", "a-b"},
        {"a b\tc", "a-b-c"},
        {"*", "-"},
        {">", "-"},
        {"", "-"},
        {"x\r\nPUB y 0\r\n", "x--PUB-y-0--"},
        {std::string("nul\0byte", 8), "nul-byte"},
        {"gr\xc3\xbcn", "gr--n"},
    };
    for (const auto& [text, token] : table) {
        CAPTURE(text);
        CHECK(subject_token(text) == token);
        CHECK(is_publishable("logs." + subject_token(text)));
    }
}

TEST_CASE("a token is at most 64 bytes long") {
    CHECK(subject_token(std::string(64, 'a')) == std::string(64, 'a'));
    CHECK(subject_token(std::string(1'000, 'a')) == std::string(64, 'a'));
}

TEST_CASE("subjects without wildcards and blanks can be published on") {
    for (const char* subject : {"logs", "logs.web", "dlq.logs.http", "$JS.ACK.LOGS.x.1.2.3.4.5", "svc.store.search", "logs.gr\xc3\xbcn"}) {
        CAPTURE(subject);
        CHECK(is_publishable(subject));
    }
}

TEST_CASE("what is no subject, or would break out of the protocol, is refused") {
    const std::vector<std::string> table{"",
                                         ".",
                                         ".logs",
                                         "logs.",
                                         "logs..web",
                                         "logs.*",
                                         "logs.>",
                                         "logs. web",
                                         "logs\r\nPUB",
                                         "logs\tweb",
                                         std::string("logs\0x", 6),
                                         "logs\x7f",
                                         std::string(2'000, 'a')};
    for (const auto& subject : table) {
        CAPTURE(subject);
        CHECK_FALSE(is_publishable(subject));
    }
}
