#include "logchute/bus/dead_letter.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

using namespace logchute;
using bus::group_letters;

namespace {

BadLine bad(std::uint32_t ordinal, Reason reason, std::string_view raw) { return {ordinal, reason, raw, "why"}; }

}  // namespace

TEST_CASE("bad lines of one reason travel together, others apart") {
    const std::vector<BadLine> lines{bad(0, Reason::invalid_json, "{a"), bad(2, Reason::invalid_timestamp, "b"),
                                     bad(3, Reason::invalid_json, "{c")};
    const auto groups = group_letters(lines);
    REQUIRE(groups.size() == 2);
    CHECK(groups[0].reason == Reason::invalid_json);
    CHECK(groups[0].lines == std::vector<std::size_t>{0, 2});
    CHECK(groups[1].reason == Reason::invalid_timestamp);
    CHECK(groups[1].lines == std::vector<std::size_t>{1});
}

TEST_CASE("what is long or has line ends in it travels alone") {
    const std::string longest(bus::kGroupedLineBytesMax, 'x');
    const std::string longer(bus::kGroupedLineBytesMax + 1, 'x');
    const std::vector<BadLine> lines{bad(0, Reason::too_long, longer), bad(1, Reason::too_long, "two\nlines"),
                                     bad(2, Reason::too_long, longest), bad(3, Reason::too_long, "")};
    const auto groups = group_letters(lines);
    REQUIRE(groups.size() == 3);
    CHECK(groups[0].lines == std::vector<std::size_t>{0});
    CHECK(groups[1].lines == std::vector<std::size_t>{1});
    CHECK(groups[2].lines == std::vector<std::size_t>{2, 3});
}

TEST_CASE("groups end at their limits, and no line is left out") {
    const std::string line(1000, 'x');
    for (const std::string_view raw : {std::string_view(line), std::string_view("x"), std::string_view("")}) {
        std::vector<BadLine> lines;
        for (std::uint32_t i = 0; i < 10'000; ++i) lines.push_back(bad(i, Reason::empty, raw));
        std::size_t next = 0;
        for (const auto& group : group_letters(lines)) {
            CHECK(group.lines.size() <= bus::kGroupLinesMax);
            CHECK(group.lines.size() * (raw.size() + 1) <= bus::kGroupBytesMax + 1);
            for (const std::size_t index : group.lines) REQUIRE(index == next++);
        }
        CHECK(next == lines.size());
    }
}

TEST_CASE("no bad lines, no groups") { CHECK(group_letters({}).empty()); }
