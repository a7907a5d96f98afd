#include "reply.hpp"

#include <catch2/catch_test_macros.hpp>

using logchute::Errc;
using logchute::bus::parse_errc;

TEST_CASE("the code of an error survives the way over the wire") {
    for (const Errc code : {Errc::invalid, Errc::not_found, Errc::too_large, Errc::full, Errc::timeout, Errc::unavailable, Errc::conflict,
                            Errc::closed, Errc::failed})
        CHECK(parse_errc(to_string(code)) == code);
}

TEST_CASE("a code that only a newer service knows is a plain failure") {
    for (const char* name : {"", "overheated", "INVALID", "invalid "}) CHECK(parse_errc(name) == Errc::failed);
}
