#include "record_ids.hpp"

#include <catch2/catch_test_macros.hpp>
#include <thread>

using namespace logchute;
using namespace logchute::dashboard;
using namespace std::chrono_literals;

namespace {

class Tallies final : public store::LogReader {
public:
    explicit Tallies(Result<store::Tallies> answer) : answer_(std::move(answer)) {}
    Result<store::RecordPage> search(const store::SearchRequest&) override { return store::RecordPage{}; }
    Result<std::string> record(std::string_view) override { return std::string(); }
    Result<store::ContextPage> context(std::string_view, std::size_t, std::size_t) override { return store::ContextPage{}; }
    Result<store::Stats> stats(const store::StatsRequest&) override { return store::Stats{}; }
    Result<store::Histogram> histogram(const store::HistogramRequest&) override { return store::Histogram{}; }
    Result<std::vector<store::FieldInfo>> fields(const store::Scope&) override { return std::vector<store::FieldInfo>{}; }
    Result<store::Tallies> tallies(std::string_view) override { return answer_; }

private:
    const Result<store::Tallies> answer_;
};

std::string id_of(Result<store::Tallies> answer) {
    Tallies store(std::move(answer));
    RecordIds ids(store);
    ids.learn(7, *parse_rfc3339("2026-11-21T10:00:00Z"));
    std::string id;
    for (int i = 0; i < 100 && id.empty(); ++i) {
        std::this_thread::sleep_for(1ms);
        id = ids.id(7, 40, 3);
    }
    CHECK(ids.id(8, 40, 3).empty());
    return id;
}

}  // namespace

TEST_CASE("a record's id is its place in the store, in base 36") {
    CHECK(id_of(store::Tallies{}) == "14-3");
    CHECK(id_of(store::Tallies{{"stream/2026-11-21T10:00:00Z", {.stored = 1000, .dead_lettered = 0}}}) == "sw-3");
}

TEST_CASE("without knowing better a record has no id rather than a wrong one") {
    CHECK(id_of(store::Tallies{{"stream/2020-01-01T00:00:00Z", {.stored = 0, .dead_lettered = 0}}}).empty());
    CHECK(id_of(fail(Errc::unavailable, "the store is away")).empty());
}
