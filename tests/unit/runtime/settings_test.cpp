#include "logchute/runtime/settings.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logchute;
using namespace logchute::literals;

TEST_CASE("sizes are read with their units and written in the shortest exact form") {
    struct Case {
        const char* text;
        std::uint64_t bytes;
        const char* shortest;
    };
    for (const auto& [text, bytes, shortest] : {Case{"0", 0, "0"},
                                                {"512", 512, "512"},
                                                {"512B", 512, "512"},
                                                {"16kB", 16'000, "16kB"},
                                                {"16KB", 16'000, "16kB"},
                                                {"64MiB", 64ULL << 20, "64MiB"},
                                                {"64 MiB", 64ULL << 20, "64MiB"},
                                                {"65536", 65536, "64KiB"},
                                                {"3TB", 3'000'000'000'000, "3TB"},
                                                {"1024GiB", 1ULL << 40, "1TiB"},
                                                {"7EiB", 7ULL << 60, "7EiB"}}) {
        CAPTURE(text);
        const auto parsed = parse_bytes(text);
        REQUIRE(parsed);
        CHECK(parsed->value == bytes);
        CHECK(format_bytes(*parsed) == shortest);
        CHECK(parse_bytes(shortest)->value == bytes);
    }
}

TEST_CASE("what is no size is refused") {
    for (const char* text : {"", "MiB", "-1", "+1", "1.5MiB", "64M", "64mib", "64MiBs", "0x10", " 5", "5\n", "8EiB", "9223372036854775808",
                             "99999999999999999999", "18446744073709551615kB"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_bytes(text));
    }
}

TEST_CASE("a service is found by its name, whatever its section is called") {
    runtime::Settings settings;
    settings.analyzer.port = 9;
    CHECK(runtime::find_listener(settings, "log-analyzer")->port == 9);
    CHECK(runtime::find_listener(settings, "gateway")->port == 8081);
    CHECK(runtime::find_listener(settings, "noise-maker")->port == 8087);
    CHECK(runtime::find_listener(settings, "analyzer") == nullptr);
    CHECK(runtime::find_listener(settings, "") == nullptr);
}
