#include "logchute/core/log_record.hpp"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

using namespace logchute;

TEST_CASE("a record as people see it has every part, absent ones empty") {
    LogRecord record;
    record.timestamp = from_nanos(1'709'210'096'123'456'789);
    std::string out = "before ";
    append_record_json(out, record, {}, {});
    CHECK(
        out ==
        R"(before {"timestamp":"2024-02-29T12:34:56.123456789Z","level":"unknown","service":"","host":"","message":"","tags":{},"fields":{}})");
}

TEST_CASE("a record with everything is written whole, fields as they stand") {
    LogRecord record;
    record.timestamp = from_nanos(0);
    record.timestamp_is_receipt = true;
    record.level = Level::error;
    record.service = "api";
    record.host = "node-7";
    record.message = "said \"no\"\n\tat home";
    record.tags = R"({"region":"eu"})";
    record.fields = R"({ "id": 9007199254740993, "cost": 1.50 })";
    std::string out;
    append_record_json(out, record, "7-0", "web");
    CHECK(
        out ==
        R"({"id":"7-0","timestamp":"1970-01-01T00:00:00Z","timestamp_from":"receipt","level":"error","source":"web","service":"api",)"
        R"("host":"node-7","message":"said \"no\"\n\tat home","tags":{"region":"eu"},"fields":{ "id": 9007199254740993, "cost": 1.50 }})");
    CHECK(nlohmann::json::accept(out));
}
