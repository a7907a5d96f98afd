// Publishing to JetStream, and knowing what is on disk.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "logchute/bus/connection.hpp"

namespace logchute::bus {

struct PubAck {
    std::uint64_t sequence = 0;
    bool duplicate = false;  ///< The server knew this Nats-Msg-Id: nothing was added.
};

struct PublisherOptions {
    milliseconds ack_timeout{5'000};           ///< Also the longest publish() waits for room.
    std::size_t pending_messages_max = 4'096;  ///< Unacknowledged; publish() blocks above either until there is room or the timeout.
    std::size_t pending_bytes_max = 256U << 20;
};

/// Publishes messages and hears of each whether the server has it on disk.
/// Threads:  publish() and publish_async() from any. `done` is called exactly once, from a thread of cnats or of this object (or the
///           caller's, where the message could not be sent at all). It must not block, throw, or publish.
/// Lifetime: borrows the Connection. Payload bytes are not kept after return. The destructor fails what is outstanding with Errc::closed.
/// Failures: unavailable (not connected, or no stream takes the subject: nothing is or will be stored; or the server's own trouble),
///           timeout (sent, outcome unknown: no answer in time, or the connection was lost, which is heard of at once), full (no room
///           within the timeout), too_large (over the server's max_payload, headers counted), invalid (the subject, or a header that would
///           break the protocol), conflict (an expectation in the headers), failed (the server's own words).
class Publisher {
public:
    Publisher(Connection& connection, PublisherOptions options);
    ~Publisher();
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    using Done = std::function<void(Result<PubAck>)>;
    void publish_async(std::string_view subject, const Headers& headers, std::string_view payload, Done done);
    [[nodiscard]] Result<PubAck> publish(std::string_view subject, const Headers& headers, std::string_view payload);

    [[nodiscard]] std::size_t pending_messages() const noexcept;
    [[nodiscard]] std::size_t pending_bytes() const noexcept;
    /// Waits until nothing is outstanding.
    [[nodiscard]] Result<void> flush(SteadyClock::time_point deadline);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

struct GroupOptions {
    milliseconds wait{2};  ///< How long the first of a group waits for others.
    std::size_t bytes = 512U << 10;  ///< A group does not grow beyond: what no longer fits makes it go at once.
    std::size_t waiting_max = 20'000;  ///< Callers waiting at once; Errc::full above.
};

/// Group commit: many small appends to the same subject with the same headers share one message, and one fsync of the server.
/// Lines are separated by LF, which is added where one ends without. What is as large as a group, or carries a Nats-Msg-Id (an id speaks
/// for one message alone), goes at once as a message of its own. The message says in Logchute-Records how many records its callers counted.
/// Threads:  commit() from any, thousands at once; blocks until the group is on disk. The first of a group sends it: no thread of its own.
/// Lifetime: borrows the Publisher. Failures: as Publisher's; full; closed.
class GroupCommitter {
public:
    GroupCommitter(Publisher& publisher, GroupOptions options);
    ~GroupCommitter();  ///< Sends what is waiting, then waits for it.
    GroupCommitter(const GroupCommitter&) = delete;
    GroupCommitter& operator=(const GroupCommitter&) = delete;

    /// `records`: how many the caller counted in `lines`; 0 where it did not count.
    [[nodiscard]] Result<PubAck> commit(std::string_view subject, const Headers& headers, std::string_view lines,
                                        std::uint64_t records = 0);

    /// Callers inside commit() now.
    [[nodiscard]] std::size_t waiting() const noexcept;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace logchute::bus
