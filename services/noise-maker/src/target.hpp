// Where noise goes.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "logchute/core/result.hpp"

namespace logchute::noise {

/// Lines of one format, each with its line feed.
struct Batch {
    std::string text;
    std::uint32_t records = 0;
    std::uint32_t malformed = 0;  ///< Of the records.
};

/// Delivers batches, each of them once, in about their order; tries again by itself for as long as a failure may pass.
/// Threads: send() and flush() from one thread. `delivered` is called from that thread or one of the target's, and must not block.
class Target {
public:
    using Delivered = std::function<void(std::uint32_t records, std::uint32_t malformed, std::size_t bytes)>;

    virtual ~Target() = default;
    /// Blocks while too much is under way. Errc::closed once `stop` is requested (the batch may be lost), Errc::invalid or failed where
    /// no retry will help.
    [[nodiscard]] virtual Result<void> send(Batch batch, std::stop_token stop) = 0;
    /// Waits until everything sent has been delivered. Errc::timeout with the number of records that were not.
    [[nodiscard]] virtual Result<void> flush(std::chrono::steady_clock::time_point deadline) = 0;
};

}  // namespace logchute::noise
