#include "intake.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "intake_stream.hpp"

using namespace logchute;
using namespace logchute::gateway;

TEST_CASE("a source is what may stand in a subject") {
    for (const char* good : {"http", "web-1", "a_b", "X9"}) CHECK(is_source(good));
    for (const std::string& bad : {std::string(), std::string("a b"), std::string("a.b"), std::string("*"), std::string(">"),
                                   std::string("é"), std::string("a\nb"), std::string(65, 'a')})
        CHECK_FALSE(is_source(bad));
}

TEST_CASE("a service is what may stand in a header") {
    for (const std::string& good : {std::string(), std::string("api"), std::string("api gw/é"), std::string(kNameBytesMax, 'a')})
        CHECK(is_service(good));
    for (const std::string& bad : {std::string("a\nb"), std::string("a\r"), std::string("\0", 1), std::string("a\tb"), std::string("a\x7f"),
                                   std::string("\xff"), std::string(kNameBytesMax + 1, 'a')})
        CHECK_FALSE(is_service(bad));
}

TEST_CASE("headers say how lines are to be read, and nothing that goes without saying") {
    CHECK(origin_headers({}).empty());
    CHECK(origin_headers({.format = Format::json}) == bus::Headers{{"Logchute-Format", "json"}});
    CHECK(origin_headers({.join = true, .service = "api", .tags = "{}", .upload = "1"}) ==
          bus::Headers{{"Logchute-Join", "true"}, {"Logchute-Service", "api"}, {"Logchute-Tags", "{}"}, {"Logchute-Upload", "1"}});
    CHECK(origin_headers({.format = Format::json, .join = true}) == bus::Headers{{"Logchute-Format", "json"}});  // JSON lines stand alone
}
