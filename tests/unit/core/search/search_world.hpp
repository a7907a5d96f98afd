// A small world of records and random searches over it, each with a second opinion on what it means that shares no code with the matcher.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "logchute/core/search/matcher.hpp"

namespace logchute::search::test {

/// A field's value: its JSON text, and what a search sees of it.
struct FieldValue {
    std::string json;
    std::string text;
    std::optional<double> number;
};

struct Specimen {
    Level level = Level::unknown;
    std::string source, service, host, message, raw;
    std::map<std::string, std::string> tags;
    std::map<std::string, FieldValue> fields;  // top-level ones
    std::map<std::string, FieldValue> nested;  // by their path
    std::string tags_json, fields_json;

    [[nodiscard]] Row row() const { return {level, source, service, host, message, tags_json, fields_json, raw}; }
    [[nodiscard]] std::vector<std::uint64_t> terms() const;
};

[[nodiscard]] Specimen random_specimen(std::mt19937& random);

/// A search as text, and what it means.
struct Example {
    std::string text;
    std::function<bool(const Specimen&)> test;
    int binds = 2;  // 2 a term, 1 terms side by side, 0 alternatives
};

/// Every kind of term.
[[nodiscard]] const std::vector<Example>& terms();
[[nodiscard]] Example random_example(std::mt19937& random, int depth);

}  // namespace logchute::search::test
