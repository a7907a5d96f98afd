#include <chrono>

#include "headers.hpp"
#include "message_impl.hpp"

namespace logchute::bus {
namespace {

/// The ack subject is the server's and holds over links, and over restarts of the server, so any link will do.
Result<void> answer(const Message::Impl& message, std::string_view what) {
    const LinkPtr link = message.connection->link();
    if (!link) return fail(Errc::unavailable, "not connected to NATS; the message will be delivered again");
    return link->publish({.subject = natsMsg_GetReply(message.handle.get()), .payload = what});
}

}  // namespace

Message::Message(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Message::Message(Message&&) noexcept = default;
Message& Message::operator=(Message&&) noexcept = default;
Message::~Message() = default;

std::string_view Message::subject() const noexcept { return natsMsg_GetSubject(impl_->handle.get()); }
std::string_view Message::payload() const noexcept { return payload_of(*impl_->handle); }
std::string_view Message::header(std::string_view name) const noexcept { return header_of(*impl_->handle, std::string(name).c_str()); }
Headers Message::headers() const { return headers_of(*impl_->handle); }
std::uint64_t Message::sequence() const noexcept { return impl_->delivery.sequence; }
std::uint64_t Message::consumer_sequence() const noexcept { return impl_->delivery.consumer_sequence; }
std::uint64_t Message::delivered() const noexcept { return impl_->delivery.delivered; }
std::uint64_t Message::pending() const noexcept { return impl_->delivery.pending; }
Timestamp Message::received() const noexcept { return impl_->delivery.received; }

Result<void> Message::ack() { return answer(*impl_, "+ACK"); }

Result<void> Message::nak(milliseconds delay) {
    const auto nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(delay).count();
    return answer(*impl_, "-NAK {\"delay\":" + std::to_string(nanos) + "}");
}

}  // namespace logchute::bus
