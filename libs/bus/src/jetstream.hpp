// JetStream's own API over one link.
#pragma once

#include "connection_impl.hpp"
#include "nats_handles.hpp"

namespace logchute::bus {

/// A context for management calls. Keeps the link that it speaks over.
class JetStream {
public:
    /// Unavailable where there is no link.
    [[nodiscard]] static Result<JetStream> open(Connection::Impl& connection);
    [[nodiscard]] static Result<JetStream> open(LinkPtr link);

    [[nodiscard]] jsCtx& operator*() const noexcept { return *context_; }
    [[nodiscard]] jsCtx* get() const noexcept { return context_.get(); }
    [[nodiscard]] const LinkPtr& link() const noexcept { return link_; }

private:
    JetStream(LinkPtr link, JsPtr context) noexcept : link_(std::move(link)), context_(std::move(context)) {}
    LinkPtr link_;
    JsPtr context_;
};

/// How long the server may take to answer a management call. It writes its files meanwhile.
inline constexpr milliseconds kApiTimeout{5'000};

}  // namespace logchute::bus
