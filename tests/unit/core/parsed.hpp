// One message, parsed, with the text kept beside it.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "logchute/core/batch_parser.hpp"

namespace logchute::test {

inline const Timestamp kReceived = *parse_rfc3339("2026-11-21T02:28:01Z");

/// Owns what the records point into.
struct Parsed {
    std::string text;
    ParsedBatch batch;

    explicit Parsed(std::string text_, BatchOptions options = {}) : text(std::move(text_)) {
        if (options.received == Timestamp{}) options.received = kReceived;
        BatchParser().parse(text, options, batch);
    }
    Parsed(std::string text_, Format format) : Parsed(std::move(text_), BatchOptions{.format = format}) {}

    /// Of a message that is one record.
    const LogRecord& record() const {
        REQUIRE(batch.bad.empty());
        REQUIRE(batch.records.size() == 1);
        return batch.records[0];
    }
    /// Of a message that is one bad line.
    const BadLine& bad() const {
        REQUIRE(batch.records.empty());
        REQUIRE(batch.bad.size() == 1);
        return batch.bad[0];
    }
    nlohmann::json fields() const { return object(record().fields); }
    nlohmann::json tags() const { return object(record().tags); }

private:
    static nlohmann::json object(std::string_view json) { return json.empty() ? nlohmann::json::object() : nlohmann::json::parse(json); }
};

}  // namespace logchute::test
