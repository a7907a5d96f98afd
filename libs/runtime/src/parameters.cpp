#include <algorithm>
#include <charconv>

#include "logchute/core/json_text.hpp"
#include "logchute/runtime/http.hpp"
#include "nearest.hpp"

namespace logchute::http {
namespace {

std::string joined(std::span<const std::string_view> words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
        text += words[i];
    }
    return text;
}

constexpr std::string_view kTimeForms = "RFC 3339 (2026-11-21T02:28:01Z), an epoch number, now, or relative (-15m)";

}  // namespace

Parameters::Parameters(const Request& request) : request_(request) {}

const std::string* Parameters::take(std::string_view name) {
    known_.emplace_back(name);
    const std::string* value = nullptr;
    for (const auto& [key, text] : request_.query) {
        if (key != name) continue;
        if (value != nullptr) {
            reject(name, "The parameter '" + std::string(name) + "' is given twice. Give it once.");
            break;
        }
        value = &text;
    }
    if (value != nullptr && !json::is_valid_utf8(*value))
        reject(name, "The parameter '" + std::string(name) +
                         "' is not UTF-8. Write each byte of a character as %XX, as clients do by themselves.");
    return value;
}

std::string Parameters::text(std::string_view name, std::string_view fallback) {
    const std::string* value = take(name);
    return value != nullptr ? *value : std::string(fallback);
}

std::optional<std::string> Parameters::optional(std::string_view name) {
    const std::string* value = take(name);
    return value != nullptr ? std::optional(*value) : std::nullopt;
}

std::int64_t Parameters::integer(std::string_view name, std::int64_t fallback, std::int64_t min, std::int64_t max) {
    const std::string* value = take(name);
    if (value == nullptr) return fallback;
    std::int64_t number = 0;
    const char* const end = value->data() + value->size();
    const auto [parsed_to, error] = std::from_chars(value->data(), end, number);
    if (error == std::errc{} && parsed_to == end && number >= min && number <= max) return number;
    refuse(name, "a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    return fallback;
}

bool Parameters::boolean(std::string_view name, bool fallback) {
    const std::string* value = take(name);
    if (value == nullptr) return fallback;
    if (*value == "true" || *value == "1") return true;
    if (*value == "false" || *value == "0") return false;
    refuse(name, "true or false");
    return fallback;
}

std::string Parameters::one_of(std::string_view name, std::string_view fallback, std::span<const std::string_view> allowed) {
    const std::string* value = take(name);
    if (value == nullptr) return std::string(fallback);
    if (std::ranges::find(allowed, *value) != allowed.end()) return *value;
    refuse(name, joined(allowed));
    return std::string(fallback);
}

TimeRange Parameters::range(Timestamp now) {
    TimeRange range{time("from", now), time("to", now)};
    // Of years that no record has, both may be the same end: a right question, with nothing for an answer.
    const bool is_beyond = range.from == range.to && (range.to == kTimestampMin || range.to == kTimestampEnd);
    if (range.from && range.to && *range.from >= *range.to && !is_beyond) {
        reject("from", "The parameter 'from' has to be a time before 'to', which itself is not included. Swap them, or widen the range.");
    }
    // An end behind which there can be nothing is an open one.
    if (range.from == kTimestampMin && range.to != kTimestampMin) range.from.reset();
    if (range.to == kTimestampEnd && range.from != kTimestampEnd) range.to.reset();
    return range;
}

std::optional<Timestamp> Parameters::time(std::string_view name, Timestamp now) {
    const std::string* value = take(name);
    if (value == nullptr) return std::nullopt;
    if (const auto parsed = parse_time_parameter(*value, now)) return *parsed;
    refuse(name, kTimeForms);
    return std::nullopt;
}

nanoseconds Parameters::duration(std::string_view name, nanoseconds fallback, nanoseconds min, nanoseconds max) {
    const std::string* value = take(name);
    if (value == nullptr) return fallback;
    const auto parsed = parse_duration(*value);
    if (parsed && *parsed >= min && *parsed <= max) return *parsed;
    refuse(name, "a duration from " + format_duration(min) + " to " + format_duration(max) + ", such as 250ms, 10s, 5m, 1h or 7d");
    return fallback;
}

void Parameters::refuse(std::string_view name, std::string_view expected) {
    if (problem_) return;
    reject(name, "The parameter '" + std::string(name) + "' has to be " + std::string(expected) + ".");
    problem_->expected = expected;  // NOLINT(bugprone-unchecked-optional-access): reject() has made it
}

void Parameters::reject(std::string_view name, std::string detail) {
    if (problem_) return;
    problem_.emplace();
    problem_->status = 400;
    problem_->detail = std::move(detail);
    problem_->parameter = name;
}

std::optional<Problem> Parameters::finish() {
    for (const auto& [name, value] : request_.query) {
        if (problem_) break;
        if (std::ranges::find(known_, name) == known_.end()) reject(name, unknown(name));
    }
    return std::move(problem_);
}

std::string Parameters::unknown(std::string_view name) const {
    constexpr std::size_t kShownMax = 64;
    const std::string detail = "There is no parameter '" + std::string(name.substr(0, kShownMax)) + "' here";
    if (const std::string_view meant = nearest(name, known_); !meant.empty())
        return detail + "; did you mean '" + std::string(meant) + "'?";
    if (known_.empty()) return detail + ". Leave it out; this route takes none.";
    const std::vector<std::string_view> names(known_.begin(), known_.end());
    return detail + ". Leave it out, or use " + joined(names) + ".";
}

}  // namespace logchute::http
