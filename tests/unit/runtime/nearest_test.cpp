#include "nearest.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>

using namespace logchute;

TEST_CASE("the nearest word is found where one is near") {
    const std::array<std::string, 5> words{"engine", "path", "retention", "limit", "q"};
    struct Case {
        std::string_view word;
        std::string_view meant;
    };
    for (const auto& [word, meant] :
         {Case{"engnie", "engine"}, Case{"engin", "engine"}, Case{"enginee", "engine"}, Case{"Engine", "engine"}, Case{"pth", "path"},
          Case{"limits", "limit"}, Case{"retenttoin", "retention"}, Case{"limit", "limit"}, Case{"colour", ""}, Case{"x", ""}, Case{"", ""},
          Case{"ab", ""}}) {
        INFO(word);
        CHECK(nearest(word, words) == meant);
    }
    CHECK(nearest(std::string(100'000, 'x'), words).empty());
    CHECK(nearest("x", {}).empty());
}
