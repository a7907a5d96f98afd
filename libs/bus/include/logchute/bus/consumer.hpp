// Taking messages from a stream, in batches, with acknowledgement.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "logchute/bus/connection.hpp"
#include "logchute/bus/stream.hpp"
#include "logchute/core/time.hpp"

namespace logchute::bus {

/// One delivered message. Owns its bytes: views stay valid as long as it lives. Movable. May be used and destroyed on any one thread, also
/// after its consumer has gone; the Connection must still be there.
class Message {
public:
    Message(Message&&) noexcept;
    Message& operator=(Message&&) noexcept;
    ~Message();  ///< Without ack(): the server delivers it again after the consumer's ack_wait.

    [[nodiscard]] std::string_view subject() const noexcept;
    [[nodiscard]] std::string_view payload() const noexcept;
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept;  ///< Empty where there is none.
    [[nodiscard]] Headers headers() const;
    [[nodiscard]] std::uint64_t sequence() const noexcept;   ///< In the stream.
    /// Counts the consumer's deliveries, repeated ones too: a jump means that deliveries were lost on the way. Begins at 1 with each consumer.
    [[nodiscard]] std::uint64_t consumer_sequence() const noexcept;
    [[nodiscard]] std::uint64_t delivered() const noexcept;  ///< How often, this time counted.
    [[nodiscard]] std::uint64_t pending() const noexcept;  ///< Messages of the consumer still in the stream behind this one.
    [[nodiscard]] Timestamp received() const noexcept;  ///< When the server stored it.

    /// Done with it. Not waited for: a lost one means another delivery. Unavailable while there is no server.
    [[nodiscard]] Result<void> ack();
    [[nodiscard]] Result<void> nak(milliseconds delay);  ///< Deliver it again, later.

    struct Impl;
    explicit Message(std::unique_ptr<Impl> impl) noexcept;

private:
    std::unique_ptr<Impl> impl_;
};

struct FetchLimits {
    std::size_t messages = 256;
    std::size_t bytes = 16U << 20;  ///< Soft: one message may go over it, and one always comes. As much again is under way meanwhile.
    milliseconds wait{1'000};  ///< For the server, and for the first message; what is there by then comes at once.
};

/// A durable pull consumer, created with the first fetch if absent. Backpressure is the caller's pace: at most what one fetch may bring is
/// under way while the caller works on the last.
/// Threads:  fetch() and restart_at() from one thread, info() from any.
/// Lifetime: borrows the Connection. The destructor gives back what was under way, for another replica to take at once.
/// Failures: unavailable: no server within `wait`, or it went; or the consumer is gone: it is made anew with the next call, from the start
///           of the stream. not_found: no such stream; comes back at once, so pace yourself. closed. No message in time is no failure but
///           an empty batch.
class PullConsumer {
public:
    PullConsumer(Connection& connection, ConsumerSpec spec);
    ~PullConsumer();
    PullConsumer(const PullConsumer&) = delete;
    PullConsumer& operator=(const PullConsumer&) = delete;

    [[nodiscard]] Result<std::vector<Message>> fetch(const FetchLimits& limits);
    /// Delivers again from `sequence` on: for a store that knows better than the consumer what it has. Messages in hand are void.
    [[nodiscard]] Result<void> restart_at(std::uint64_t sequence);
    [[nodiscard]] Result<ConsumerInfo> info() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace logchute::bus
