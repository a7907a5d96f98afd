// The search language against any bytes: a search parses or says where it does not, keeps its meaning through its canonical text, matches
// without a crash, and is never ruled out by the terms of a record it matches.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "logchute/core/search/matcher.hpp"

using namespace logchute;
using namespace logchute::search;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

std::array<Row, 4> rows(std::string_view input) {
    std::array<Row, 4> all;
    all[0] = {Level::warn,
              "http",
              "shop",
              "rack-7",
              "Peer 10.2.0.1:443 refused; disk_full k\xc3\xb6ln",
              R"({"zone":"north","a.b":"x"})",
              R"({"code":503,"took":12.50,"ok":true,"none":null,"user":"a \"b\"\n\u00e9","http":{"path":"/cart","n":[1]}})",
              "raw \xff line"};
    all[2].message = "aaaa bbbb aaaa";
    // What was searched for, as what is searched; and as JSON that is none.
    all[1].message = all[1].service = all[1].raw = input;
    all[3].tags = all[3].fields = input;
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto query = parse_query(text);
    if (!query) {
        require(query.error().column >= 1 && query.error().column <= size + 1);
        require(!query.error().expected.empty() && !query.error().detail.empty());
        return 0;
    }
    const std::string canonical = to_text(query->root());
    const auto again = parse_canonical(canonical);
    require(again.has_value());
    require(to_text(again->root()) == canonical);

    const Matcher matcher(*query);
    const Matcher canonical_matcher(*again);
    const BlockTest test(*query);
    for (const Row& row : rows(text)) {
        const bool matches = matcher.matches(row);
        require(matches == canonical_matcher.matches(row));
        std::vector<std::uint64_t> terms;
        append_terms(terms, row);
        std::ranges::sort(terms);
        const bool may_match = test.may_match([&terms](std::uint64_t term) { return std::ranges::binary_search(terms, term); });
        require(may_match || !matches);
    }
    return 0;
}
