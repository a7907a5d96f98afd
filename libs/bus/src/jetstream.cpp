#include "jetstream.hpp"

#include <utility>

#include "nats_error.hpp"

namespace logchute::bus {

Result<JetStream> JetStream::open(Connection::Impl& connection) {
    LinkPtr link = connection.link();
    if (!link) return fail(Errc::unavailable, "not connected to NATS");
    return open(std::move(link));
}

Result<JetStream> JetStream::open(LinkPtr link) {
    jsOptions options;
    jsOptions_Init(&options);
    options.Wait = kApiTimeout.count();
    jsCtx* raw = nullptr;
    if (const natsStatus status = natsConnection_JetStream(&raw, &link->handle(), &options); status != NATS_OK)
        return std::unexpected(nats_error(status, "JetStream"));
    return JetStream(std::move(link), JsPtr(raw));
}

}  // namespace logchute::bus
