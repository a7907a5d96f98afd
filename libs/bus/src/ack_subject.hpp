// What JetStream writes into the reply subject of a delivered message.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "logchute/core/time.hpp"

namespace logchute::bus {

struct DeliveryInfo {
    std::uint64_t delivered = 0;  ///< How often, this time counted.
    std::uint64_t sequence = 0;   ///< In the stream.
    std::uint64_t consumer_sequence = 0;  ///< Counts the consumer's deliveries.
    std::uint64_t pending = 0;    ///< Behind this one.
    Timestamp received{};
};

/// Reads `$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<nanoseconds>.<pending>`, or the form with
/// `<domain>.<account>` after ACK and perhaps a random token at the end. Empty for anything else.
[[nodiscard]] std::optional<DeliveryInfo> parse_ack_subject(std::string_view subject) noexcept;

}  // namespace logchute::bus
