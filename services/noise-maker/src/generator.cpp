#include "generator.hpp"

#include <algorithm>
#include <stdexcept>

#include "text.hpp"

namespace logchute::noise {
namespace {

constexpr std::array<std::string_view, 8> kHosts{"node-1", "node-2", "node-3", "node-4", "node-5", "node-6", "node-7", "node-8"};
constexpr std::array<std::string_view, 3> kRegions{"eu-west", "us-east", "ap-south"};
constexpr std::array<std::string_view, 8> kMethods{"GET", "GET", "GET", "GET", "POST", "POST", "PUT", "DELETE"};
constexpr std::array<std::string_view, 6> kTables{"orders", "users", "items", "payments", "sessions", "audit"};
constexpr std::array<std::uint32_t, 8> kGoodStatus{200, 200, 200, 200, 200, 201, 204, 304};
constexpr std::array<std::uint32_t, 5> kWarnStatus{400, 401, 404, 409, 429};
constexpr std::array<std::uint32_t, 4> kErrorStatus{500, 502, 503, 504};

constexpr double kFatalShare = 0.02;  // of the errors
constexpr double kWarnShare = 0.05;
constexpr double kDebugShare = 0.08;
constexpr double kTraceGoesOn = 0.6;  // an event belongs to the same trace as the one before
constexpr std::uint32_t kUsers = 5000;

bool is_fit(std::string_view name) noexcept {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    };
    return !name.empty() && name.size() <= 48 && std::ranges::all_of(name, fits);
}

void write_hex(char* out, std::uint64_t bits) noexcept {
    for (int i = 0; i < 16; ++i, bits >>= 4U) out[i] = "0123456789abcdef"[bits & 15U];
}

/// Usual milliseconds of one piece of work, with the long tail that latencies have: half are below 0.6 of it, one in a hundred is
/// 7 times it.
double long_tailed(Random& random, double typical) noexcept { return typical * 0.3 / (1 - 0.97 * random.unit()); }

}  // namespace

Generator::Generator(GeneratorOptions options) : options_(std::move(options)), random_(options_.seed) {
    if (options_.services.empty()) throw std::invalid_argument("noise.services is empty: name at least one service");
    for (const std::string& name : options_.services) {
        if (!is_fit(name)) {
            throw std::invalid_argument("noise.services: '" + name + "' must be 1 to 48 letters, digits, dots, dashes and underscores");
        }
        services_.push_back({name, topic_of(name), 1000 + random_.below(30'000)});
    }
}

const Event& Generator::next(Timestamp at, const Mood& mood) {
    event_.at = at;
    id_ = 1 + random_.below(100'000);
    choose_who();
    choose_outcome(mood);
    choose_request();
    event_.message.clear();
    fill(event_.message, random_.pick(texts(services_[service_].topic, event_.level)));
    return event_;
}

void Generator::choose_who() {
    service_ = random_.below(static_cast<std::uint32_t>(services_.size()));
    event_.service = services_[service_].name;
    event_.process = services_[service_].process;
    event_.host = random_.pick(kHosts);
    event_.region = random_.pick(kRegions);
    event_.user = "u";
    append_number(event_.user, 1 + random_.below(kUsers));
    event_.client = "10.";
    const std::uint64_t address = random_.bits();
    append_number(event_.client, address & 15U);
    event_.client += '.';
    append_number(event_.client, (address >> 8U) & 255U);
    event_.client += '.';
    append_number(event_.client, 1 + ((address >> 16U) & 127U));
    if (event_.trace_id[0] == 0 || !random_.chance(kTraceGoesOn)) {
        write_hex(event_.trace_id.data(), random_.bits());
        write_hex(event_.trace_id.data() + 16, random_.bits());
    }
}

void Generator::choose_outcome(const Mood& mood) {
    double errors = std::max(options_.error_share * mood.errors, mood.errors_at_least);
    if (service_ == 0) errors = std::max(errors, mood.first_service_errors);
    errors = std::min(errors, 1.0);
    const double rest = 1 - errors;
    const double drawn = random_.unit();
    double typical_ms = 12;
    if (drawn < errors) {
        event_.level = drawn < errors * kFatalShare ? Level::fatal : Level::error;
        event_.status = random_.pick(kErrorStatus);
        typical_ms = event_.status == 504 ? 3000 : 60;
    } else if (drawn < errors + rest * kWarnShare) {
        event_.level = Level::warn;
        event_.status = random_.pick(kWarnStatus);
        typical_ms = 400;
    } else {
        event_.level = drawn < errors + rest * (kWarnShare + kDebugShare) ? Level::debug : Level::info;
        event_.status = random_.pick(kGoodStatus);
    }
    event_.duration_us = static_cast<std::uint32_t>(std::min(1000 * mood.latency * long_tailed(random_, typical_ms), 4e9));
}

void Generator::choose_request() {
    event_.method = random_.pick(kMethods);
    event_.bytes = event_.status == 204 || event_.status == 304 ? 0 : 120 + random_.below(20'000);
    event_.path.clear();
    fill(event_.path, random_.pick(paths(services_[service_].topic)));
}

void Generator::fill(std::string& out, std::string_view text) {
    while (true) {
        const std::size_t open = text.find('{');
        out += text.substr(0, open);
        if (open == std::string_view::npos) return;
        const std::size_t close = text.find('}', open);
        append_value(out, text.substr(open + 1, close - open - 1));
        text.remove_prefix(close + 1);
    }
}

void Generator::append_value(std::string& out, std::string_view name) {
    if (name == "method") out += event_.method;
    if (name == "path") out += event_.path;
    if (name == "status") append_number(out, event_.status);
    if (name == "ms") append_millis(out, event_.duration_us);
    if (name == "user") out += event_.user;
    if (name == "ip") out += event_.client;
    if (name == "table") out += random_.pick(kTables);
    if (name == "id") append_number(out, id_);
    if (name == "n") append_number(out, 2 + random_.below(98));
    if (name == "peer") out += random_.pick(services_).name;
}

}  // namespace logchute::noise
