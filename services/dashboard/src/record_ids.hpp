// The ids that the store gives to records, for records that come straight from the stream.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "logchute/core/time.hpp"
#include "logchute/store/log_reader.hpp"

namespace logchute::dashboard {

/// An id is the record's sequence in the store and its ordinal, in base 36. The sequence in the store is the one in the stream plus a base,
/// which is 0 for the first stream of a store and is kept among the store's counts, under `stream/` and the time that the stream was made.
/// Threads:  any; one of its own asks the store, and again as long as it does not know.
/// Lifetime: borrows the reader.
class RecordIds {
public:
    explicit RecordIds(store::LogReader& store);
    ~RecordIds();
    RecordIds(const RecordIds&) = delete;
    RecordIds& operator=(const RecordIds&) = delete;

    /// Begins to find out about a stream, called `epoch` from then on.
    void learn(std::uint64_t epoch, Timestamp created);
    /// Empty while the store has not said what the stream's base is: it is away, or has nothing of a stream that was made anew.
    [[nodiscard]] std::string id(std::uint64_t epoch, std::uint64_t sequence, std::uint32_t ordinal) const;

private:
    void run(const std::stop_token& stop);
    [[nodiscard]] std::optional<std::uint64_t> ask(Timestamp created);

    store::LogReader& store_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::uint64_t epoch_ = 0;  // of the stream asked for last; under mutex_, as all below
    std::optional<Timestamp> created_;
    std::optional<std::uint64_t> base_;

    std::jthread thread_;  // last: ends before what it uses is gone
};

}  // namespace logchute::dashboard
