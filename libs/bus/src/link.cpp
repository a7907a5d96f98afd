#include "link.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "headers.hpp"
#include "nats_error.hpp"

namespace logchute::bus {
namespace {

constexpr std::int64_t kPushOutMs =
    20;  // the bytes are on their way at once; what may take longer is the server's answer, which nobody needs

constexpr std::int64_t kRetireMs = 1'000;

/// "nats://user:secret@host:4222" without user and secret.
std::string address_of(natsConnection& connection) {
    char url[512] = {};
    if (natsConnection_GetConnectedUrl(&connection, url, sizeof(url)) != NATS_OK) return "NATS";
    const std::string_view text(url);
    const auto scheme = text.find("://");
    const auto at = text.rfind('@');
    if (at == std::string_view::npos) return std::string(text);
    return std::string(scheme == std::string_view::npos ? std::string_view{} : text.substr(0, scheme + 3)) +
           std::string(text.substr(at + 1));
}

}  // namespace

Result<std::shared_ptr<Link>> Link::open(natsOptions& options, std::uint64_t generation, LinkObserver& observer) {
    std::shared_ptr<Link> link(new Link(generation, observer));
    natsOptions_SetClosedCB(&options, &Link::on_closed, link.get());
    natsOptions_SetErrorHandler(&options, &Link::on_error, link.get());
    natsConnection* raw = nullptr;
    // cnats calls back for a connection only if this succeeds; then on_closed comes exactly once, after all others.
    if (const natsStatus status = natsConnection_Connect(&raw, &options); status != NATS_OK)
        return std::unexpected(nats_error(status, "cannot connect"));
    link->connection_.reset(raw);
    link->max_payload_ = static_cast<std::size_t>(std::max<std::int64_t>(0, natsConnection_GetMaxPayload(raw)));
    link->server_ = address_of(*raw);
    return link;
}

Link::~Link() { close(); }

Result<void> Link::publish(const Outgoing& message) {
    const std::size_t header_bytes = message.headers == nullptr ? 0 : wire_size(*message.headers);
    // cnats looks at the payload alone, and the server ends the connection over a message that is too large with its headers.
    if (header_bytes + message.payload.size() > max_payload_)
        return fail(Errc::too_large, "the message has " + std::to_string(header_bytes + message.payload.size()) +
                                         " bytes; the server takes " + std::to_string(max_payload_) + " (max_payload)");
    const std::lock_guard lock(send_mutex_);
    if (lost_) return fail(Errc::unavailable, "not connected to NATS");
    const natsStatus status = send(message);
    switch (status) {
        case NATS_OK: return {};
        case NATS_CONNECTION_CLOSED:
        case NATS_DRAINING: return std::unexpected(Error{Errc::unavailable, "not connected to NATS"});
        case NATS_IO_ERROR:
        case NATS_TIMEOUT:  // the write deadline: the server takes nothing any more
            give_up();
            return fail(Errc::timeout, "the connection failed while the message was sent; whether it arrived is unknown");
        default: return std::unexpected(nats_error(status, "publish"));
    }
}

natsStatus Link::send(const Outgoing& message) {
    const auto size = static_cast<int>(message.payload.size());  // fits: max_payload is at most 64 MB
    if (message.headers == nullptr || message.headers->empty()) {
        return message.reply == nullptr
                   ? natsConnection_Publish(connection_.get(), message.subject, message.payload.data(), size)
                   : natsConnection_PublishRequest(connection_.get(), message.subject, message.reply, message.payload.data(), size);
    }
    natsMsg* raw = nullptr;
    // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): its size goes along
    natsStatus status = natsMsg_Create(&raw, message.subject, message.reply, message.payload.data(), size);
    const MsgPtr owned(raw);
    if (status == NATS_OK) status = add_headers(*owned, *message.headers);
    if (status == NATS_OK) status = natsConnection_PublishMsg(connection_.get(), owned.get());
    return status;
}

void Link::push_out() noexcept {
    if (!lost_) (void)natsConnection_FlushTimeout(connection_.get(), kPushOutMs);
}

Result<void> Link::flush(milliseconds timeout) {
    const natsStatus status = natsConnection_FlushTimeout(connection_.get(), std::max<std::int64_t>(1, timeout.count()));
    if (status == NATS_OK) return {};
    return std::unexpected(nats_error(status, "flush"));
}

void Link::retire(SubscriptionPtr subscription) noexcept {
    natsSubscription_Unsubscribe(subscription.get());
    std::vector<SubscriptionPtr> passed;
    {
        const std::lock_guard lock(retired_mutex_);
        retired_.push_back(std::move(subscription));
        passed.swap(retired_);
    }
    if (!lost_ && natsConnection_FlushTimeout(connection_.get(), kRetireMs) == NATS_OK) return;
    const std::lock_guard lock(retired_mutex_);  // for the next one to try, or until the connection is closed
    std::ranges::move(passed, std::back_inserter(retired_));
}

void Link::give_up() noexcept {
    if (!lost_.exchange(true)) observer_.link_lost();
}

void Link::close() noexcept {
    if (!connection_) return;  // never opened
    lost_ = true;
    natsConnection_Close(connection_.get());
    // on_closed runs on a thread of cnats, later, and needs this object.
    std::unique_lock lock(closed_mutex_);
    closed_changed_.wait(lock, [this] { return closed_; });
}

void Link::on_closed(natsConnection*, void* self) {
    auto& link = *static_cast<Link*>(self);
    link.give_up();
    const std::lock_guard lock(link.closed_mutex_);
    link.closed_ = true;
    link.closed_changed_.notify_all();  // under the lock: the waiter may destroy the condition as soon as it can take it
}

void Link::on_error(natsConnection* connection, natsSubscription*, natsStatus status, void* self) {
    auto& link = *static_cast<Link*>(self);
    const char* text = nullptr;
    // For a refusal by the server (permissions, an oversized message) the sentence is the connection's last error.
    if (natsConnection_GetLastError(connection, &text) != status || text == nullptr || *text == '\0') text = natsStatus_GetText(status);
    link.observer_.link_complained(text);
}

}  // namespace logchute::bus
