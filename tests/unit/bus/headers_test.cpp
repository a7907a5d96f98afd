#include "headers.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>
#include <vector>

using namespace logchute::bus;
using namespace std::string_view_literals;

namespace {

/// cnats wants to be opened before it frees a message; in a process with a connection it is.
MsgPtr make_message(const char* data, int size) {
    REQUIRE(nats_Open(-1) == NATS_OK);
    natsMsg* raw = nullptr;
    REQUIRE(natsMsg_Create(&raw, "logs.web", nullptr, data, size) == NATS_OK);
    return MsgPtr(raw);
}

}  // namespace

TEST_CASE("a header is found by its exact name") {
    const Headers headers{{"Logchute-Format", "json"}, {"Nats-Msg-Id", "7"}, {"Nats-Msg-Id", "8"}, {"Empty", ""}};
    CHECK(find_header(headers, "Logchute-Format") == "json");
    CHECK(find_header(headers, "Nats-Msg-Id") == "7");
    CHECK(find_header(headers, "Empty").empty());
    CHECK(find_header(headers, "logchute-format").empty());
    CHECK(find_header({}, "Logchute-Format").empty());
}

TEST_CASE("ordinary headers may be sent") {
    const std::vector<Headers> table{{}, {{"A", ""}}, {{"Logchute-Tags", R"({"file":"a: b","x":"gr\u00fcn"})"}}, {{"X", "\t\x01 \xff"}}};
    for (const auto& headers : table) CHECK(check_headers(headers));
}

TEST_CASE("headers that would break out of their block are refused") {
    const std::vector<Headers> table{{{"", "x"}},
                                     {{"A B", "x"}},
                                     {{"A:B", "x"}},
                                     {{"A\r\nB", "x"}},
                                     {{"Gr\xc3\xbcn", "x"}},
                                     {{"A", "x\r\nB: y"}},
                                     {{"A", "x\n"}},
                                     {{"A", std::string("x\0y"sv)}},
                                     {{"A", "fine"}, {"B", "\r"}}};
    for (const auto& headers : table) {
        CAPTURE(headers.back().first, headers.back().second);
        const auto checked = check_headers(headers);
        REQUIRE_FALSE(checked);
        CHECK(checked.error().code == logchute::Errc::invalid);
    }
}

TEST_CASE("the wire size of headers is what the server counts") {
    CHECK(wire_size({}) == 0);
    CHECK(wire_size({{"A", "b"}, {"Key", ""}}) == "NATS/1.0\r\nA: b\r\nKey: \r\n\r\n"sv.size());
}

TEST_CASE("headers survive the way through a message") {
    const MsgPtr message = make_message("x", 1);
    const Headers sent{{"Logchute-Format", "json"}, {"Empty", ""}};
    REQUIRE(add_headers(*message, sent) == NATS_OK);
    CHECK(header_of(*message, "Logchute-Format") == "json");
    CHECK(header_of(*message, "Missing").empty());
    const auto read = headers_of(*message);
    CHECK(read.size() == 2);
    CHECK(find_header(read, "Logchute-Format") == "json");
    CHECK(payload_of(*message) == "x");
}

TEST_CASE("a message without headers has none") {
    const MsgPtr message = make_message(nullptr, 0);
    CHECK(header_of(*message, "Logchute-Format").empty());
    CHECK(headers_of(*message).empty());
    CHECK(payload_of(*message).empty());
}
