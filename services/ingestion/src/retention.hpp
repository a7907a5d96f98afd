// Deletes the day files that are too old, once a minute.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "logchute/store/duckdb_store.hpp"

namespace logchute::ingestion {

/// Threads: one of its own. Lifetime: borrows the store. Failures: logged; what cannot be deleted is tried again the next minute.
class Retention {
public:
    explicit Retention(store::DuckDbStore& store);
    ~Retention();
    Retention(const Retention&) = delete;
    Retention& operator=(const Retention&) = delete;

private:
    void run(const std::stop_token& stop);
    void apply();

    store::DuckDbStore& store_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;  // last: ends before what it uses is gone
};

}  // namespace logchute::ingestion
