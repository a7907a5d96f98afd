// Streams and consumers: creating what is absent, and asking how they are.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "logchute/bus/connection.hpp"
#include "logchute/core/time.hpp"

namespace logchute::bus {

struct StreamSpec {
    std::string name{};
    std::vector<std::string> subjects{};
    std::chrono::nanoseconds max_age{0};      ///< 0: no limit
    std::uint64_t max_bytes = 0;              ///< 0: no limit
    std::uint32_t replicas = 1;
    std::chrono::nanoseconds duplicate_window = std::chrono::minutes(15);  ///< How long Nats-Msg-Id is remembered.
};

struct ConsumerSpec {
    std::string stream{};
    std::string name{};                                        ///< Durable.
    std::string filter_subject{};                              ///< Empty: all of the stream.
    std::chrono::nanoseconds ack_wait = std::chrono::seconds(60);
    std::int64_t max_ack_pending = 20'000;                     ///< Messages out unacknowledged, over all replicas.
    /// A consumer for reading alone: not durable, nothing is acknowledged, gone after kReadingConsumerLife without a request.
    bool is_reading = false;
    bool headers_only = false;                                 ///< Messages come without their payload.
};
inline constexpr std::chrono::seconds kReadingConsumerLife{30};

struct StreamInfo {
    std::uint64_t messages = 0, bytes = 0, first_sequence = 0, last_sequence = 0;
    std::uint64_t max_bytes = 0;               ///< 0: no limit
    std::uint64_t max_messages = 0;            ///< 0: no limit
    std::chrono::nanoseconds max_age{0};
    Timestamp created{};                       ///< Tells a stream from another of the same name that was there before.
};

struct ConsumerInfo {
    std::uint64_t pending = 0;      ///< In the stream, not delivered yet.
    std::uint64_t ack_pending = 0;  ///< Delivered, not acknowledged yet.
    std::uint64_t ack_floor = 0;    ///< Stream sequence up to which all is acknowledged.
    std::uint64_t delivered = 0;    ///< Highest stream sequence delivered.
};

/// All of these: threads any; Errc::unavailable or timeout while the server is away.
/// Creates the stream if it is absent. One that is there stays as it is, whatever an operator has tuned.
[[nodiscard]] Result<void> ensure_stream(Connection& connection, const StreamSpec& spec);
[[nodiscard]] Result<StreamInfo> stream_info(Connection& connection, std::string_view stream);
/// Takes one message out of a stream. True where it was there.
[[nodiscard]] Result<bool> delete_message(Connection& connection, std::string_view stream, std::uint64_t sequence);
[[nodiscard]] Result<void> ensure_consumer(Connection& connection, const ConsumerSpec& spec);
/// Deletes the consumer and makes it anew, to deliver from `sequence` on.
[[nodiscard]] Result<void> restart_consumer(Connection& connection, const ConsumerSpec& spec, std::uint64_t sequence);
[[nodiscard]] Result<ConsumerInfo> consumer_info(Connection& connection, std::string_view stream, std::string_view consumer);

}  // namespace logchute::bus
