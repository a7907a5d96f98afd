#include "counts.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logchute;
using logchute::analyzer::Counts;
using logchute::analyzer::KnownNames;

namespace {

ParsedBatch batch_of(std::initializer_list<std::pair<std::string_view, Level>> records, std::size_t bad = 0) {
    ParsedBatch batch;
    for (const auto& [service, level] : records) {
        LogRecord record;
        record.service = service;
        record.level = level;
        batch.records.push_back(record);
    }
    for (std::size_t i = 0; i < bad; ++i) batch.bad.push_back({.reason = Reason::invalid_json, .raw = "x", .detail = "not JSON"});
    return batch;
}

std::uint64_t count_of(const Counts& counts, std::string_view service, Level level) {
    const auto found = counts.by_service().find(service);
    return found == counts.by_service().end() ? 0 : found->second[static_cast<std::size_t>(level)];
}

}  // namespace

TEST_CASE("records are counted by source, service and level, bad lines by reason") {
    KnownNames names(100);
    Counts counts(names, names);
    counts.add("web", 500, batch_of({{"api", Level::info}, {"api", Level::error}, {"db", Level::info}, {"api", Level::info}}, 2));
    CHECK(counts.messages() == 6);
    CHECK(counts.by_source().at("web") == 6);
    CHECK(counts.bytes_by_source().at("web") == 500);
    CHECK(count_of(counts, "api", Level::info) == 2);
    CHECK(count_of(counts, "api", Level::error) == 1);
    CHECK(count_of(counts, "db", Level::info) == 1);
    CHECK(counts.errors()[static_cast<std::size_t>(Reason::invalid_json)] == 2);
}

TEST_CASE("names beyond the limit are counted together") {
    KnownNames sources(2), services(2);
    Counts counts(sources, services);
    counts.add("a", 1,
               batch_of({{"one", Level::info}, {"two", Level::info}, {"three", Level::info}, {"four", Level::warn}, {"one", Level::info}}));
    CHECK(counts.by_service().size() == 3);
    CHECK(count_of(counts, "one", Level::info) == 2);
    CHECK(count_of(counts, "other", Level::info) == 1);
    CHECK(count_of(counts, "other", Level::warn) == 1);
}

TEST_CASE("merging adds everything up") {
    KnownNames names(10);
    Counts one(names, names), two(names, names), sum(names, names);
    one.add("a", 10, batch_of({{"api", Level::info}}, 1));
    two.add("a", 20, batch_of({{"api", Level::info}, {"db", Level::fatal}}));
    two.add("b", 30, batch_of({}));
    sum.merge(one);
    sum.merge(two);
    CHECK(sum.messages() == 4);
    CHECK(sum.by_source().at("a") == 4);
    CHECK(sum.bytes_by_source().at("a") == 30);
    CHECK(count_of(sum, "api", Level::info) == 2);
    CHECK(count_of(sum, "db", Level::fatal) == 1);
    CHECK(sum.errors()[static_cast<std::size_t>(Reason::invalid_json)] == 1);
}

TEST_CASE("a name that has a series keeps it, whichever worker meets it, and others share one") {
    KnownNames sources(10), services(1);
    Counts one(sources, services), two(sources, services), sum(sources, services);
    one.add("a", 1, batch_of({{"api", Level::info}}));
    two.add("a", 1, batch_of({{"db", Level::info}, {"api", Level::info}}));
    sum.merge(one);
    sum.merge(two);
    CHECK(count_of(sum, "api", Level::info) == 2);
    CHECK(count_of(sum, "other", Level::info) == 1);
}

TEST_CASE("a source that is no UTF-8 is counted under what can be shown of it") {
    KnownNames names(10);
    Counts counts(names, names);
    counts.add("\xff", 1, batch_of({{"api", Level::info}}));
    CHECK(counts.by_source().contains("\xEF\xBF\xBD"));
}
