#include <catch2/catch_test_macros.hpp>

#include "store_fixture.hpp"

using namespace logchute;
using namespace logchute::store;
using namespace logchute::store::testing;
using std::chrono::minutes;

namespace {

// Records in minutes 0, 1, 5 and 9 after noon: 4, 3, 2 and 1 of them.
void fill(DuckDbStore& store) {
    std::string text;
    const auto add = [&](int minute, int count, const char* level, const char* service) {
        for (int n = 0; n < count; ++n) {
            text += R"({"timestamp":")" + format_rfc3339(from_nanos(kNoon + minute * 60 * kSecond + n * 1'000'000)) + R"(","level":")" +
                    level + R"(","service":")" + service +
                    R"(","message":"m"})"
                    "\n";
        }
    };
    add(9, 1, "error", "a");
    add(0, 4, "info", "a");
    add(5, 2, "warn", "b");
    add(1, 3, "info", "c");
    REQUIRE(append_lines(store, 1, text, Format::json));
}

HistogramRequest request(std::string by = {}, nanoseconds step = minutes(1), std::int64_t from = 0, std::int64_t to = 600) {
    HistogramRequest request;
    request.scope.range = {from_nanos(kNoon + from * kSecond), from_nanos(kNoon + to * kSecond)};
    request.step = step;
    request.by = std::move(by);
    return request;
}

}  // namespace

TEST_CASE("every step has its count, empty ones 0") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    fill(store);
    const auto histogram = store.histogram(request()).value();
    CHECK(histogram.first == from_nanos(kNoon));
    CHECK(histogram.total == 10);
    REQUIRE(histogram.series.size() == 1);
    CHECK(histogram.series[0].key.empty());
    CHECK(histogram.series[0].counts == std::vector<std::uint64_t>{4, 3, 0, 0, 0, 2, 0, 0, 0, 1});
}

TEST_CASE("steps begin at multiples of the step, and records outside the range do not count") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    fill(store);
    const auto histogram = store.histogram(request({}, minutes(5), 17, 400)).value();
    CHECK(histogram.first == from_nanos(kNoon));
    CHECK(histogram.series.at(0).counts == std::vector<std::uint64_t>{3, 2});
    CHECK(histogram.total == 5);
}

TEST_CASE("open ends are the first and last record that match") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    fill(store);
    HistogramRequest open;
    open.scope = scope_of("level:>=warn");
    const auto histogram = store.histogram(open).value();
    CHECK(histogram.first == from_nanos(kNoon + 5 * 60 * kSecond));
    CHECK(histogram.series.at(0).counts == std::vector<std::uint64_t>{2, 0, 0, 0, 1});
}

TEST_CASE("series are by what the records have, the largest first") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    fill(store);
    const auto by_level = store.histogram(request("level")).value();
    REQUIRE(by_level.series.size() == 3);
    CHECK(by_level.series[0].key == "info");
    CHECK(by_level.series[0].counts == std::vector<std::uint64_t>{4, 3, 0, 0, 0, 0, 0, 0, 0, 0});
    CHECK(by_level.series[1].key == "warn");
    CHECK(by_level.series[2].key == "error");
    const auto by_service = store.histogram(request("service")).value();
    REQUIRE(by_service.series.size() == 3);
    CHECK(by_service.series[0].key == "a");
    CHECK(by_service.series[0].counts == std::vector<std::uint64_t>{4, 0, 0, 0, 0, 0, 0, 0, 0, 1});
    CHECK(store.histogram(request("nosuch"))->series.at(0).key.empty());
}

TEST_CASE("series beyond the largest hundred are one") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    std::string text;
    for (int n = 0; n < 150; ++n) {
        text += R"({"timestamp":")" + format_rfc3339(from_nanos(kNoon)) + R"(","message":"m","key":"k)" + std::to_string(n) + "\"}\n";
    }
    REQUIRE(append_lines(store, 1, text, Format::json));
    const auto histogram = store.histogram(request("key")).value();
    CHECK(histogram.series.size() == kHistogramSeriesMax + 1);
    CHECK(histogram.series.front().key == "_other");
    CHECK(histogram.series.front().counts.front() == 50);
    CHECK(histogram.total == 150);
}

TEST_CASE("nothing found is a histogram of nothing") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    fill(store);
    auto nowhere = request();
    nowhere.scope.query = search::parse_query("nowhere").value();
    CHECK(store.histogram(nowhere)->series.at(0).counts == std::vector<std::uint64_t>(10));
    nowhere.scope.range = {};
    CHECK(store.histogram(nowhere)->total == 0);
    CHECK(store.histogram(nowhere)->series.at(0).counts.empty());
    CHECK(store.histogram(request({}, minutes(1), 600, 0))->total == 0);
}

TEST_CASE("too many steps, and steps of no length, are refused") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    fill(store);
    const auto refused = [&](const HistogramRequest& it) {
        const auto histogram = store.histogram(it);
        return !histogram && histogram.error().code == Errc::invalid && histogram.error().detail.find("step") != std::string::npos;
    };
    CHECK(refused(request({}, nanoseconds(0))));
    CHECK(refused(request({}, nanoseconds(-1))));
    CHECK(refused(request({}, std::chrono::milliseconds(1), 0, 12)));
    CHECK_FALSE(refused(request({}, std::chrono::milliseconds(1), 0, 11)));
    HistogramRequest open;
    open.step = std::chrono::milliseconds(1);
    CHECK(refused(open));
    HistogramRequest all_times;
    all_times.scope.range = {Timestamp::min(), Timestamp::max()};
    CHECK(refused(all_times));
    all_times.step = std::chrono::hours(24 * 365 * 100);
    CHECK(store.histogram(all_times)->total == 10);
}

TEST_CASE("records at both ends of time have their steps") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    constexpr std::int64_t kFirst = INT64_MIN;
    constexpr std::int64_t kLast = INT64_MAX;
    constexpr std::int64_t kYear = 365 * kDay;
    std::vector<LogRecord> records;
    // Out of order, so that the step changes from end to end.
    for (const auto time : {kFirst, kLast, kFirst + 1, std::int64_t{0}, kLast - 1, std::int64_t{-1}, kFirst + 3 * kYear}) {
        LogRecord record;
        record.timestamp = from_nanos(time);
        record.message = "m";
        record.ordinal = static_cast<std::uint32_t>(records.size());
        records.push_back(record);
    }
    BatchBuilder batch;
    REQUIRE(store.append(batch.records(1, records).batch()));

    struct Case {
        std::optional<std::int64_t> from, to;
        std::int64_t step;
        std::uint64_t total;  // 0: too many steps.
    };
    for (const auto& [from, to, step, total] : std::initializer_list<Case>{
             {{}, {}, kLast, 7},
             {{}, {}, 100 * kYear, 7},
             {{}, {}, kYear, 7},
             {{}, {}, 1, 0},
             {{}, {}, 2, 0},
             {{}, {}, kDay, 0},
             {kFirst, {}, kLast, 7},
             {kFirst, kLast, kLast, 6},
             {kFirst, kLast, kYear, 6},
             {kFirst, kLast, 1, 0},
             {kFirst, kFirst + 1, 1, 1},
             {kFirst, kFirst + 2, 1, 2},
             {kFirst, kFirst + 2, kYear, 2},
             {{}, kFirst + 2, kLast, 2},
             {kLast - 1, {}, 1, 2},
             {kLast, {}, kLast, 1},
             {-1, 1, kLast, 2},
             {-1, 1, 1, 2},
         }) {
        CAPTURE(from, to, step);
        HistogramRequest request;
        if (from) request.scope.range.from = from_nanos(*from);
        if (to) request.scope.range.to = from_nanos(*to);
        request.step = nanoseconds(step);
        const auto histogram = store.histogram(request);
        if (total == 0) {
            REQUIRE_FALSE(histogram);
            CHECK(histogram.error().code == Errc::invalid);
            continue;
        }
        REQUIRE(histogram);
        CHECK(histogram->total == total);
        std::uint64_t sum = 0;
        for (const auto count : histogram->series.at(0).counts) sum += count;
        CHECK(sum == total);
        CHECK(histogram->series.at(0).counts.size() <= kHistogramStepsMax);
        CHECK((histogram->series.at(0).counts.front() != 0 || from));
    }
    // The step of the first time of all begins before it, and ends where the next begins.
    HistogramRequest years;
    years.step = nanoseconds(2 * kYear);
    const auto counts = store.histogram(years)->series.at(0).counts;
    CHECK(counts.at(0) == 2);
    CHECK(counts.at(1) + counts.at(2) == 1);
    CHECK(counts.back() == 2);
}
