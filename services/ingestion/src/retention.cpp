#include "retention.hpp"

#include <chrono>
#include <exception>
#include <string>

#include "logchute/runtime/logging.hpp"

namespace logchute::ingestion {

Retention::Retention(store::DuckDbStore& store) : store_(store), thread_([this](const std::stop_token& stop) { run(stop); }) {}

Retention::~Retention() {
    thread_.request_stop();
    wake_.notify_all();
}

void Retention::run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        try {
            apply();
        } catch (const std::exception& error) {
            runtime::log_error("retention failed; trying again in a minute", {{"cause", error.what()}});
        }
        wake_.wait_for(lock, stop, std::chrono::minutes(1), [] { return false; });
    }
}

void Retention::apply() {
    const auto deleted = store_.apply_retention(now());
    if (!deleted)
        runtime::log_error("days older than store.retention cannot be deleted; trying again in a minute",
                           {{"cause", deleted.error().detail}});
    else if (*deleted != 0)
        runtime::log_info("deleted days older than store.retention", {{"files", std::to_string(*deleted)}});
}

}  // namespace logchute::ingestion
