#include "running_service.hpp"

#include <unistd.h>

#include <optional>
#include <stdexcept>

#include "logchute/core/assert.hpp"
#include "logchute/runtime/logging.hpp"
#include "pprof.hpp"
#include "setting_table.hpp"

namespace logchute::runtime {
namespace {

using std::chrono::steady_clock;

// Of kStopPatience, what requests that are being answered may take; the rest is for flushing what they left behind.
constexpr std::chrono::seconds kRequestPatience{5};

double milliseconds_since(steady_clock::time_point begun) {
    const auto took = std::chrono::floor<std::chrono::microseconds>(steady_clock::now() - begun);  // more digits are noise
    return std::chrono::duration<double, std::milli>(took).count();
}

std::string url_of(const std::string& host, std::uint16_t port) {
    const bool is_v6 = host.find(':') != std::string::npos;
    return "http://" + (is_v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

// A route without parameters.
http::Handler without_parameters(std::function<http::Response()> answer) {
    return [answer = std::move(answer)](http::Request& request) {
        if (auto problem = http::Parameters(request).finish()) return http::Response::problem(std::move(*problem));
        return answer();
    };
}

}  // namespace

void StopWatchdog::start(steady_clock::time_point limit) {
    if (thread_.joinable()) return;
    thread_ = std::jthread([this, limit](const std::stop_token& done) {
        std::unique_lock lock(mutex_);
        wake_.wait_until(lock, done, limit, [] { return false; });
        if (done.stop_requested()) return;
        log_error("the stop takes too long; quitting", {{"still_stopping", what_}});
        _exit(1);
    });
}

void StopWatchdog::now_stopping(std::string what) {
    const std::lock_guard lock(mutex_);
    what_ = std::move(what);
}

RunningService::RunningService(std::string name, Settings settings) : name_(std::move(name)), settings_(std::move(settings)) {
    const HttpSettings* listener = find_listener(settings_, name_);
    LOGCHUTE_ASSERT(listener != nullptr);
    options_.host = listener->host;
    options_.port = listener->port;
    ready_metric_ = metrics_.collect(Metrics::Kind::gauge, "logchute_ready", "1 while /health/ready says so, else 0.",
                                     [this] { return std::vector<Sample>{{{}, health_.report().ready ? 1.0 : 0.0}}; });
    add_own_routes();
}

void RunningService::add_own_routes() {
    const auto show_metrics = [this] {
        return http::Response{200, {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}}, metrics_.expose()};
    };
    const auto answer_health = [this] {
        Health::Report report = health_.report();
        return http::Response::json(std::move(report.json), report.ready ? 200 : 503);
    };
    const auto answer_live = [] { return http::Response::json(R"({"status":"live"})"); };
    // Quick, so that a service whose workers are all busy is not taken for dead.
    const http::RouteOptions quick{.is_quick = true};
    router_.get("/metrics", without_parameters(show_metrics));
    router_.get("/health", without_parameters(answer_health), quick);
    router_.get("/health/ready", without_parameters(answer_health), quick);
    router_.get("/health/live", without_parameters(answer_live), quick);
    add_pprof_routes(router_, stop_.get_token());
}

void RunningService::on_stop(std::string what, std::function<void(Deadline)> stop) { steps_.push_back({std::move(what), std::move(stop)}); }

void RunningService::run() {
    std::optional<http::Server> server;
    try {
        server.emplace(router_, options_, metrics_);
    } catch (const std::exception& failure) {
        const std::string key = std::string(section_of(name_)) + ".port";
        throw std::runtime_error(failure.what() + ("; the port is " + key + " in config.yaml, " + environment_names(key).back()) +
                                 " in the environment");
    }
    health_.set_started();
    log_info("ready", {{"url", url_of(options_.host, server->port())}});
    wait_until_stop_is_requested();

    const Deadline deadline = steady_clock::now() + kStopPatience;
    watchdog_.start(deadline + kStopGrace);
    stop_one("HTTP", deadline - kStopPatience + kRequestPatience, [&](Deadline by) { server->stop(by); });
    stop_parts(deadline);
}

void RunningService::run_without_http() {
    health_.set_started();
    wait_until_stop_is_requested();
    const Deadline deadline = steady_clock::now() + kStopPatience;
    watchdog_.start(deadline + kStopGrace);
    stop_parts(deadline);
}

void RunningService::wait_until_stop_is_requested() {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait(lock, stop_.get_token(), [] { return false; });
    health_.set_state(Health::State::stopping);
}

void RunningService::stop_parts(Deadline deadline) {
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) stop_one(step->what, deadline, step->stop);
    watchdog_.now_stopping("what has no stop of its own");
    log_info("stopped", {{"took_ms", milliseconds_since(deadline - kStopPatience)}});
}

void RunningService::stop_one(const std::string& what, Deadline deadline, const std::function<void(Deadline)>& stop) {
    watchdog_.now_stopping(what);
    const auto begun = steady_clock::now();
    try {
        stop(deadline);
        log_info("stopped a part", {{"part", what}, {"took_ms", milliseconds_since(begun)}});
    } catch (const std::exception& failure) {
        log_error("a part did not stop as it should", {{"part", what}, {"cause", failure.what()}});
        request_stop(what + ": " + failure.what());
    }
}

void RunningService::request_stop(std::string failure) noexcept {
    if (!failure.empty()) {
        log_error("stopping after a failure", {{"cause", failure}});
        const std::lock_guard lock(mutex_);
        if (failure_.empty()) failure_ = std::move(failure);
    }
    stop_.request_stop();
}

std::string RunningService::failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
}

}  // namespace logchute::runtime
