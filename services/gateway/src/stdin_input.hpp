// Standard input, or any other descriptor that is read to its end.
#pragma once

#include <stop_token>
#include <string>

#include "logchute/core/line_chunker.hpp"
#include "shipper.hpp"

namespace logchute::gateway {

/// Reads a pipe, terminal or file and gives its lines to a sink as they come. Where nothing comes for kInputQuiet, what is complete goes out
/// although the message is not full, so that `tail -f x | gateway --stdin` is seen at once. While the sink waits, nothing is read.
/// Threads:  run() on one. Lifetime: borrows the sink; the descriptor stays open.
/// Failures: the sink's; failed where it cannot be read.
class StdinInput {
public:
    StdinInput(int fd, ChunkOptions chunks, ChunkSink& sink);

    /// Until the end of the input or the stop; returns once all that was read is stored, a last line without line end too.
    [[nodiscard]] Result<void> run(const std::stop_token& stop);

private:
    [[nodiscard]] Result<void> read_all(const std::stop_token& stop);
    [[nodiscard]] Result<bool> read_some();

    const int fd_;
    ChunkSink& sink_;
    const std::string run_id_;
    LineChunker chunker_;
    std::string buffer_;
};

/// How long a record waits for lines that might continue it, and lines for others to share a message with.
inline constexpr std::chrono::milliseconds kInputQuiet{100};

}  // namespace logchute::gateway
