// What is known of a polled source from one poll to the next.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>

#include "logchute/core/result.hpp"
#include "logchute/core/time.hpp"

namespace logchute::gateway {

/// Lives in the key-value bucket, so that neither a restart nor a replica takes an item twice. Threads: one.
class PollState {
public:
    static constexpr std::size_t kIdsMax = 5'000;

    std::string target;  ///< What the rest was learnt from: settings may change.
    std::string etag;
    std::string last_modified;
    Timestamp next_at{};  ///< Not before: the server, or the interval, says so. Whichever replica has asked last.

    [[nodiscard]] bool knows(std::string_view id) const { return known_.contains(std::string(id)); }
    /// The oldest are forgotten above kIdsMax.
    void remember(std::string id);

    /// All that `other` knows.
    void remember_all(const PollState& other);

    [[nodiscard]] std::string to_json() const;
    /// Errc::failed: it is none of ours.
    [[nodiscard]] static Result<PollState> from_json(std::string_view json);

private:
    std::deque<std::string> ids_;  // the oldest first
    std::unordered_set<std::string> known_;
};

}  // namespace logchute::gateway
