// GET /stream: records, uploads and alerts as they come.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "live_catch_up.hpp"
#include "live_hub.hpp"
#include "logchute/core/search/query.hpp"
#include "logchute/runtime/event_queue.hpp"
#include "logchute/runtime/http.hpp"
#include "logchute/runtime/metrics.hpp"

namespace logchute::dashboard {

/// What the events of all readers together may take in memory before those that do not read are cut short.
inline constexpr std::size_t kLiveBytesMax = 64U << 20;

struct LiveSources {
    LiveSource& logs;
    LiveSource& uploads;
    LiveSource& alerts;
};

/// Threads:  handlers run on the server's and ask where the streams end; everything after that is the hubs'.
/// Lifetime: borrows the sources; must outlive the server.
class StreamRoute {
public:
    StreamRoute(LiveSources sources, runtime::Metrics& metrics);

    void add_to(http::Router& router);

private:
    [[nodiscard]] http::Response answer(const http::Request& request);
    [[nodiscard]] http::Response subscribe(const search::Query& query, const std::vector<LiveKind>& kinds, const LiveCursor& given);
    [[nodiscard]] std::shared_ptr<const search::Matcher> matcher_of(const std::string& search, const search::Query& query);

    const std::shared_ptr<http::EventBudget> budget_;
    runtime::Gauge subscribers_;
    runtime::Counter sent_;
    runtime::Counter missed_;
    std::shared_ptr<void> memory_metric_;

    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<const search::Matcher>, std::less<>> matchers_;  // of those who are there; under mutex_

    std::array<LiveHub, kLiveKinds> hubs_;  // by kind
    LiveCatchUp catch_up_;                  // last: its threads use the hubs
};

}  // namespace logchute::dashboard
