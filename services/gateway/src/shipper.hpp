// Chunks on their way into the stream, from inputs that cannot be told to try again later: files, standard input, syslog.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "admission.hpp"
#include "intake.hpp"
#include "logchute/bus/publisher.hpp"
#include "logchute/core/line_chunker.hpp"
#include "logchute/runtime/metrics.hpp"

namespace logchute::gateway {

/// Where chunks go. Tests have one in memory.
class ChunkSink {
public:
    virtual ~ChunkSink() = default;
    /// Returns once the chunk is on disk. `id` tells a chunk that is given again from another one; `while_waiting`, which may be empty, is
    /// called now and then as long as it is not.
    [[nodiscard]] virtual Result<void> take(const Chunk& chunk, const std::string& id, const std::function<void()>& while_waiting) = 0;
};

/// Publishes chunks of one origin one after the other, in their order, each again and again until it is acknowledged: NATS may be away, or
/// ingestion lag, for as long as it likes. The server knows what is repeated by its Nats-Msg-Id, so nothing is doubled within the stream's duplicate
/// window (15 minutes). One message at a time
/// is enough: the server's fsync of 512 KiB takes some milliseconds.
/// Threads:  take() from one; give_up_at() from any.
/// Lifetime: borrows all it is given.
/// Failures: closed: it was told to give up; invalid, too_large: this chunk will never be taken.
class Shipper final : public ChunkSink {
public:
    using Clock = std::chrono::steady_clock;

    Shipper(bus::Publisher& publisher, const Admission& admission, const Origin& origin, runtime::Metrics& metrics);

    [[nodiscard]] Result<void> take(const Chunk& chunk, const std::string& id, const std::function<void()>& while_waiting) override;
    /// The end is near: what is given from now on no longer waits for ingestion to catch up, and no attempt begins after `deadline`.
    void give_up_at(Clock::time_point deadline);

private:
    [[nodiscard]] Result<void> try_once(const Chunk& chunk, const bus::Headers& headers);
    [[nodiscard]] Result<void> pause(std::chrono::milliseconds wait);

    bus::Publisher& publisher_;
    const Admission& admission_;
    const std::string subject_;
    const bus::Headers headers_;
    runtime::Counter records_total_;
    runtime::Counter retries_total_;

    std::mutex mutex_;
    std::condition_variable wake_;
    bool is_ending_ = false;  // under mutex_, as below
    Clock::time_point deadline_ = Clock::time_point::max();
};

/// The other kind of failure than Shipper's "never": tried again, it may be taken.
[[nodiscard]] constexpr bool is_worth_retrying(Errc code) noexcept {
    return code != Errc::invalid && code != Errc::too_large && code != Errc::closed;
}

/// 32 hexadecimal digits that nobody has had before: for the ids of one run's chunks.
[[nodiscard]] std::string fresh_id();

}  // namespace logchute::gateway
