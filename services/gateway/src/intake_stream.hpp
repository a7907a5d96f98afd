// A text that arrives piece by piece, on its way into the stream.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "ack_window.hpp"
#include "idempotency.hpp"
#include "intake.hpp"

namespace logchute::gateway {

/// One text of any size, with flat memory: as soon as a message is full it goes out, a few of them at once. What the messages are is up to
/// the bytes alone, not to the pieces they come in.
/// Threads: one.
class IntakeStream {
public:
    IntakeStream(bus::Publisher& publisher, const Origin& origin, ChunkOptions chunks);

    [[nodiscard]] Result<void> add(std::string_view bytes) { return chunker_.add(bytes); }
    /// The end of the text; returns once all of it is on disk.
    [[nodiscard]] Result<Accepted> finish();
    /// Whether any of it may be in the stream by now.
    [[nodiscard]] bool has_published() const noexcept { return has_published_; }
    /// So far.
    [[nodiscard]] Accepted progress() const noexcept { return {chunker_.lines(), chunker_.records(), duplicates_}; }

private:
    [[nodiscard]] Result<void> publish(const Chunk& chunk);

    bus::Publisher& publisher_;
    const std::string subject_;
    const bus::Headers headers_;
    MessageIds ids_;
    std::atomic<std::uint64_t> duplicates_{0};
    bool has_published_ = false;
    AckWindow window_;
    LineChunker chunker_;
};

/// The headers that tell consumers what `origin` says.
[[nodiscard]] bus::Headers origin_headers(const Origin& origin);

}  // namespace logchute::gateway
