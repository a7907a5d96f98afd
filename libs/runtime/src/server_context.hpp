// What all connections of one server share.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

#include "http_metrics.hpp"
#include "logchute/runtime/http_server.hpp"
#include "worker_pool.hpp"

namespace logchute::http {

struct ServerContext {
    ServerContext(Router the_router, ServerOptions the_options, runtime::Metrics& registry)
        : options(std::move(the_options)),
          router(std::move(the_router)),
          metrics(registry, router),
          streams_max(std::max<std::size_t>(options.workers / 2, 1)),
          workers(std::max<std::size_t>(options.workers, 1), options.queue_max) {}

    const ServerOptions options;
    const Router router;

    // The network thread's.
    HttpMetrics metrics;
    std::array<char, 256 * 1024> discarded{};  // where bytes go that nobody wants

    // Any thread's.
    const std::shared_ptr<std::atomic<std::size_t>> shared_bytes =
        options.buffered_bytes ? options.buffered_bytes : std::make_shared<std::atomic<std::size_t>>(0);
    std::atomic<std::size_t>& buffered_bytes = *shared_bytes;  // of request bodies, all connections together
    const std::size_t streams_max;  // leaves half of the workers to short requests, whatever the clients do
    std::atomic<std::size_t> streams{0};
    std::atomic<bool> stopping{false};

    WorkerPool workers;  // last: its jobs use all of the above
};

/// One of the few workers that may stream. Empty where all are taken.
class StreamSlot {
public:
    StreamSlot() = default;
    explicit StreamSlot(ServerContext& context) {
        if (context.streams.fetch_add(1) < context.streams_max) {
            context_ = &context;
        } else {
            context.streams.fetch_sub(1);
        }
    }
    StreamSlot(const StreamSlot&) = delete;
    StreamSlot& operator=(const StreamSlot&) = delete;
    StreamSlot(StreamSlot&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}
    StreamSlot& operator=(StreamSlot&& other) noexcept {
        std::swap(context_, other.context_);
        return *this;
    }
    ~StreamSlot() {
        if (context_ != nullptr) context_->streams.fetch_sub(1);
    }
    explicit operator bool() const noexcept { return context_ != nullptr; }

private:
    ServerContext* context_ = nullptr;
};

}  // namespace logchute::http
