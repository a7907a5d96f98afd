#include "logchute/runtime/health.hpp"

#include <algorithm>
#include <exception>

#include "logchute/core/json_text.hpp"

namespace logchute::runtime {
namespace {

std::string_view to_string(Health::State state) {
    switch (state) {
        case Health::State::starting: return "starting";
        case Health::State::ready: return "ready";
        case Health::State::standby: return "standby";
        case Health::State::stopping: return "stopping";
    }
    return "unready";
}

CheckResult run_check(const std::function<CheckResult()>& check) {
    try {
        return check();
    } catch (const std::exception& failure) {
        return {false, failure.what()};
    }
}

}  // namespace

void Health::add_check(std::string name, std::function<CheckResult()> check) {
    const std::lock_guard lock(mutex_);
    const auto same = std::find_if(checks_.begin(), checks_.end(), [&](const Check& other) { return other.name == name; });
    if (same != checks_.end())
        same->run = std::move(check);
    else
        checks_.push_back({std::move(name), std::move(check)});
}

void Health::set_state(State state) {
    const std::lock_guard lock(mutex_);
    if (state_ != State::stopping) state_ = state;
}

void Health::set_started() {
    const std::lock_guard lock(mutex_);
    if (state_ == State::starting) state_ = State::ready;
}

Health::Report Health::report() const {
    State state{};
    std::vector<Check> checks;
    {
        const std::lock_guard lock(mutex_);
        state = state_;
        checks = checks_;
    }
    bool all_ok = true;
    std::string found;
    for (const Check& check : checks) {
        const CheckResult result = run_check(check.run);
        all_ok = all_ok && result.ok;
        if (!found.empty()) found += ',';
        json::append_string(found, check.name);
        found += ':';
        json::append_string(found, result.detail);
    }
    const bool is_up = state == State::ready || state == State::standby;
    const std::string_view status = is_up && !all_ok ? "unready" : to_string(state);
    return {.ready = is_up && all_ok, .json = R"({"status":")" + std::string(status) + R"(","checks":{)" + found + "}}"};
}

}  // namespace logchute::runtime
