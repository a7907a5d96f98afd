#include <catch2/catch_test_macros.hpp>
#include <random>
#include <set>

#include "store_fixture.hpp"

using namespace logchute;
using namespace logchute::store;
using namespace logchute::store::testing;

namespace {

std::string line_at(std::int64_t nanos, std::string_view message, std::string_view more = "") {
    return R"({"timestamp":")" + format_rfc3339(from_nanos(nanos)) + R"(","message":")" + std::string(message) + "\"" + std::string(more) +
           "}\n";
}

// All pages of a search, one after the other.
std::vector<std::string> all_pages(DuckDbStore& store, SearchRequest request) {
    std::vector<std::string> lines;
    for (int pages = 0; pages < 1000; ++pages) {
        const auto page = store.search(request).value();
        REQUIRE(page.count <= request.limit);
        for (auto& line : lines_of(page.lines)) lines.push_back(std::move(line));
        if (page.next_cursor.empty()) return lines;
        request.cursor = page.next_cursor;
    }
    FAIL("pages do not end");
    return lines;
}

bool are_in_order(const std::vector<std::string>& times, Order order) {
    return std::is_sorted(times.begin(), times.end(), [order](const std::string& a, const std::string& b) {
        return order == Order::newest_first ? parse_rfc3339(a) > parse_rfc3339(b) : parse_rfc3339(a) < parse_rfc3339(b);
    });
}

}  // namespace

TEST_CASE("records come newest or oldest first; those of one time in the order in which they came") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    REQUIRE(append_lines(store, 1, line_at(kNoon + 3, "c") + line_at(kNoon + 1, "a")));
    REQUIRE(append_lines(store, 2, line_at(kNoon + 2, "b1") + line_at(kNoon + 2, "b2") + line_at(kNoon + 4, "d")));
    CHECK(messages_of(*store.search(search_for("", 10, Order::oldest_first))) == std::vector<std::string>{"a", "b1", "b2", "c", "d"});
    CHECK(messages_of(*store.search(search_for("", 10, Order::newest_first))) == std::vector<std::string>{"d", "c", "b2", "b1", "a"});
    CHECK(messages_of(*store.search(search_for("", 2))) == std::vector<std::string>{"d", "c"});
}

TEST_CASE("there is a cursor exactly where there are more records") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    REQUIRE(append_lines(store, 1, "one\ntwo\nthree"));
    CHECK_FALSE(store.search(search_for("", 2))->next_cursor.empty());
    CHECK(store.search(search_for("", 3))->next_cursor.empty());
    CHECK(store.search(search_for("", 4))->next_cursor.empty());
    CHECK(store.search(search_for("nowhere", 1))->next_cursor.empty());
}

TEST_CASE("limits and cursors that are none are refused") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    REQUIRE(append_lines(store, 1, "one\ntwo"));
    CHECK(store.search(search_for("", 0)).error().code == Errc::invalid);
    CHECK(store.search(search_for("", kSearchLimitMax + 1)).error().code == Errc::invalid);
    CHECK(store.search(search_for("", 1, Order::newest_first, "garbage")).error().code == Errc::invalid);
    const auto cursor = store.search(search_for("", 1))->next_cursor;
    CHECK(store.search(search_for("", 1, Order::oldest_first, cursor)).error().code == Errc::invalid);
    CHECK(store.search(search_for("", 1, Order::newest_first, cursor)).has_value());
}

TEST_CASE("pages neither repeat nor skip while records arrive, late ones among them") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    std::mt19937 chance(7);
    std::vector<std::string> old;
    for (int n = 0; n < 1001; ++n) old.push_back(line_at(kNoon + (n < 251 ? 0 : n / 7) * kSecond, "old " + std::to_string(n)));
    std::shuffle(old.begin(), old.end(), chance);
    std::uint64_t sequence = 0;
    for (std::size_t at = 0; at < old.size(); at += 100) {
        std::string text;
        for (std::size_t i = at; i < std::min(at + 100, old.size()); ++i) text += old[i];
        REQUIRE(append_lines(store, ++sequence, text));
    }
    for (const auto order : {Order::newest_first, Order::oldest_first}) {
        auto request = search_for("", 97, order);
        std::vector<std::string> seen;
        std::vector<std::string> times;
        for (int pages = 0; pages < 40; ++pages) {
            const auto page = store.search(request).value();
            for (const auto& line : lines_of(page.lines)) {
                seen.push_back(member_of(line, "id"));
                times.push_back(member_of(line, "timestamp"));
            }
            request.cursor = page.next_cursor;
            if (request.cursor.empty()) break;
            REQUIRE(append_lines(store, ++sequence, line_at(kNoon - kSecond * pages, "late") + line_at(kNoon + kDay + pages, "new")));
        }
        CHECK(std::set<std::string>(seen.begin(), seen.end()).size() == seen.size());
        CHECK(seen.size() >= 1001);
        CHECK(are_in_order(times, order));
    }
    CHECK(all_pages(store, search_for("old", 100)).size() == 1001);
}

TEST_CASE("pages over days, blocks and times out of order are one list") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    std::mt19937_64 chance(11);
    std::uint64_t sequence = 0;
    for (int day = 0; day < 3; ++day) {
        for (int batch = 0; batch < 4; ++batch) {
            std::string text;
            for (int n = 0; n < 20'000; ++n) {
                const auto time = kNoon + static_cast<std::int64_t>(chance() % (4 * kDay));
                text += line_at(time, "x", n % 100 == 0 ? R"(,"rare":true)" : "");
            }
            REQUIRE(append_lines(store, ++sequence, text, Format::json, "test", kNoon + day * kDay));
        }
    }
    CHECK(store.usage().files == 3);
    for (const auto order : {Order::newest_first, Order::oldest_first}) {
        const auto rare = all_pages(store, search_for("rare:true", 333, order));
        CHECK(rare.size() == 2400);
        std::vector<std::string> times;
        for (const auto& line : rare) times.push_back(member_of(line, "timestamp"));
        CHECK(are_in_order(times, order));
    }
    const auto first = store.search(search_for("", 50'000)).value();
    CHECK(first.count == 50'000);
    CHECK(lines_of(first.lines).size() == 50'000);
}

TEST_CASE("the time range includes its begin and not its end") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    REQUIRE(append_lines(store, 1, line_at(kNoon, "a") + line_at(kNoon + 1, "b") + line_at(kNoon + 2, "c")));
    const auto at = [](std::int64_t nanos) { return std::optional(from_nanos(kNoon + nanos)); };
    CHECK(count_of(store, "", {at(1), at(2)}) == 1);
    CHECK(count_of(store, "", {at(1), {}}) == 2);
    CHECK(count_of(store, "", {{}, at(1)}) == 1);
    CHECK(count_of(store, "", {at(2), at(2)}) == 0);
    CHECK(count_of(store, "", {at(2), at(1)}) == 0);
    CHECK(count_of(store, "", {Timestamp::min(), Timestamp::max()}) == 3);
    CHECK(count_of(store, "", {Timestamp::min(), Timestamp::min()}) == 0);
    CHECK(count_of(store, "", {Timestamp::max(), {}}) == 0);
}

TEST_CASE("the search language is applied to rows as core defines it") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    REQUIRE(append_lines(
        store, 1,
        R"({"level":"error","service":"api","host":"n-1","message":"connection timeout to 10.0.0.1","tags":{"region":"eu"},"fields":{"status":504,"http":{"route":"cart"}}})"
        "\n"
        R"({"level":"info","service":"web","message":"all fine","fields":{"status":200,"cached":true}})",
        Format::json, "web-front"));
    struct Case {
        const char* query;
        std::size_t count;
    };
    for (const auto& [query, count] : {
             Case{"", 2},
             Case{"*", 2},
             Case{"timeout", 1},
             Case{"TIMEOUT", 1},
             Case{"time", 0},
             Case{"time*", 1},
             Case{"\"connection timeout\"", 1},
             Case{"\"timeout connection\"", 0},
             Case{"10.0.0.1", 1},
             Case{"10.0.0", 1},
             Case{"0.0.0.1", 0},
             Case{"level:error", 1},
             Case{"level:>=info", 2},
             Case{"-level:error", 1},
             Case{"service:api,web", 2},
             Case{"service:a*", 1},
             Case{"service:API", 0},
             Case{"host:*", 1},
             Case{"-host:*", 1},
             Case{"source:web-front", 2},
             Case{"source:web", 0},
             Case{"region:eu", 1},
             Case{"tags.region:eu", 1},
             Case{"fields.region:eu", 0},
             Case{"status:504", 1},
             Case{"status:>=200", 2},
             Case{"status:>200", 1},
             Case{"cached:true", 1},
             Case{"fields.http.route:cart", 1},
             Case{"http.route:cart", 1},
             Case{"message:~\"time(d )?out\"", 1},
             Case{"raw:~\"status.:504\"", 1},
             Case{"raw:~\"nowhere\"", 0},
             Case{"timeout OR fine", 2},
             Case{"timeout fine", 0},
             Case{"level:error -timeout", 0},
         }) {
        INFO(query);
        CHECK(count_of(store, query) == count);
        CHECK(store.search(search_for(query))->count == count);
    }
}

TEST_CASE("filters leave out no record: they answer as a look at every row does") {
    const TempFolder folder;
    std::vector<std::string> words;
    {
        DuckDbStore store(options_in(folder));
        std::mt19937 chance(3);
        for (std::uint64_t sequence = 1; sequence <= 5; ++sequence) {
            std::string text;
            for (int n = 0; n < 70'000; ++n) {
                const auto word = "w" + std::to_string(chance() % 1'000'000);
                if (n % 7000 == 0) words.push_back(word);
                text += R"({"message":"some )" + word + R"( text","user":"u)" + word + "\"}\n";
            }
            REQUIRE(append_lines(store, sequence, text, Format::json));
        }
    }
    DuckDbStore store(options_in(folder));
    for (const auto& word : words) {
        // A regular expression is not in the filters, so it reads every block.
        const auto everywhere = count_of(store, "message:~\"\\b" + word + "\\b\"");
        CHECK(everywhere > 0);
        CHECK(count_of(store, word) == everywhere);
        CHECK(count_of(store, "user:u" + word) == everywhere);
        CHECK(store.search(search_for(word, 1000))->count == everywhere);
    }
}

TEST_CASE("a record is found by its id, and by no other") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    REQUIRE(append_lines(store, 1, "one\ntwo\nthree"));
    REQUIRE(append_lines(store, 2, "four", Format::automatic, "test", kNoon + kDay));
    for (const auto& line : lines_of(store.search(search_for(""))->lines)) {
        CHECK(store.record(member_of(line, "id")) == line + "\n");
    }
    for (const char* id : {"", "1-3", "3-0", "garbage", "zzzzzz-0", "1-0 OR 1=1"}) {
        INFO(id);
        CHECK(store.record(id).error().code == Errc::not_found);
        CHECK(store.context(id, 1, 1).error().code == Errc::not_found);
    }
}

TEST_CASE("the context of a record is what its source, service and host wrote around it") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    std::string text;
    for (int n = 0; n < 50; ++n) {
        const auto name = std::to_string(n);
        text += line_at(kNoon + n * kSecond, "api " + name, R"(,"service":"api","host":"n-1")");
        text += line_at(kNoon + n * kSecond, "other host " + name, R"(,"service":"api","host":"n-2")");
        text += line_at(kNoon + n * kSecond, "no service " + name);
    }
    REQUIRE(append_lines(store, 1, text, Format::json));
    REQUIRE(append_lines(store, 2, line_at(kNoon + 20 * kSecond, "other source", R"(,"service":"api","host":"n-1")"), Format::json,
                         "elsewhere"));
    const auto id_of = [&](const std::string& message) { return member_of(store.search(search_for("\"" + message + "\""))->lines, "id"); };
    const auto around = store.context(id_of("api 20"), 3, 2).value();
    CHECK(member_of(around.record, "message") == "api 20");
    CHECK(messages_of(around.before) == std::vector<std::string>{"api 17", "api 18", "api 19"});
    CHECK(messages_of(around.after) == std::vector<std::string>{"api 21", "api 22"});

    const auto first = store.context(id_of("no service 0"), 3, 1).value();
    CHECK(first.before.count == 0);
    CHECK(messages_of(first.after) == std::vector<std::string>{"no service 1"});

    const auto alone = store.context(id_of("other host 49"), 0, 0).value();
    CHECK(alone.before.count == 0);
    CHECK(alone.after.count == 0);
    CHECK(store.context(id_of("api 20"), kSearchLimitMax + 1, 0).error().code == Errc::invalid);
}

TEST_CASE("a search that takes too long says so") {
    const TempFolder folder;
    auto options = options_in(folder);
    options.query_timeout = std::chrono::nanoseconds(1);
    DuckDbStore store(options);
    REQUIRE(append_lines(store, 1, "one"));
    CHECK(store.search(search_for("")).error().code == Errc::timeout);
    CHECK(store.stats({}).error().code == Errc::timeout);
}
