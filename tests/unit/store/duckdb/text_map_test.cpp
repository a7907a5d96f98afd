#include "duckdb/text_map.hpp"

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <string>

using logchute::store::duck::TextMap;

TEST_CASE("a text map holds what a map holds") {
    TextMap<int> map;
    std::map<std::string, int> reference;
    for (int n = 0; n < 50'000; ++n) {
        const auto key = std::string(static_cast<std::size_t>(n % 7), 'x') + std::to_string(n * 7919 % 20'000);
        ++map[key];
        ++reference[key];
    }
    CHECK(map.size() == reference.size());
    for (const auto& [key, count] : reference) {
        const auto* const found = map.find(key);
        REQUIRE(found != nullptr);
        CHECK(*found == count);
    }
    std::size_t seen = 0;
    for (const auto& [key, count] : map) seen += reference.at(std::string(key)) == count ? 1U : 0U;
    CHECK(seen == reference.size());
    CHECK(map.find("nowhere") == nullptr);
}

TEST_CASE("any bytes are a key, and its copy is kept") {
    TextMap<int> map;
    std::string key("a\0b", 3);
    map[key] = 1;
    map[""] = 2;
    map[std::string(100'000, 'y')] = 3;
    key.assign(3, 'z');
    CHECK(*map.find(std::string_view("a\0b", 3)) == 1);
    CHECK(*map.find("") == 2);
    CHECK(*map.find(std::string(100'000, 'y')) == 3);
    CHECK(map.find("a") == nullptr);
    CHECK(map.key_bytes() == 100'003);
}

TEST_CASE("values stay where they are") {
    TextMap<int> map;
    auto& first = map["first"];
    for (int n = 0; n < 10'000; ++n) map[std::to_string(n)] = n;
    first = 42;
    CHECK(*map.find("first") == 42);
}
