// Which stream the store's sequences are of.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "logchute/bus/stream.hpp"
#include "logchute/store/log_writer.hpp"

namespace logchute::ingestion {

/// A stream that is deleted and made anew begins at 1 again, while the store has long reached a million. So the store's sequences go on where
/// they were: the sequence in the store is the one in the stream plus the base of that stream. The base is kept among the store's tallies,
/// under the time at which the stream was made, from the first batch of that stream on.
struct StreamEpoch {
    static constexpr std::string_view kPrefix = "stream/";

    std::string key;  ///< Of the tally; its `stored` is the base.
    std::uint64_t base = 0;
    bool is_kept = false;  ///< The tally is in the store already.
};

/// The epoch of `stream`, for a store that has reached `reached` and holds the tallies `known`.
[[nodiscard]] inline StreamEpoch epoch_of(const bus::StreamInfo& stream, const store::Tallies& known, std::uint64_t reached) {
    StreamEpoch epoch{std::string(StreamEpoch::kPrefix) + format_rfc3339(stream.created)};
    if (const auto found = known.find(epoch.key); found != known.end()) {
        epoch.base = found->second.stored;
        epoch.is_kept = true;
    } else {
        epoch.base = reached;  // none of this stream is in the store, or its first batch would have left the tally
    }
    return epoch;
}

}  // namespace logchute::ingestion
