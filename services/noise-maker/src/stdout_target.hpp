// Noise for pipes and files.
#pragma once

#include "target.hpp"

namespace logchute::noise {

/// Writes batches to a file descriptor. Expects SIGPIPE to be ignored; a reader that has gone is Errc::closed.
class StdoutTarget final : public Target {
public:
    StdoutTarget(int fd, Delivered delivered) : fd_(fd), delivered_(std::move(delivered)) {}

    [[nodiscard]] Result<void> send(Batch batch, std::stop_token stop) override;
    [[nodiscard]] Result<void> flush(std::chrono::steady_clock::time_point /*deadline*/) override { return {}; }

private:
    const int fd_;
    const Delivered delivered_;
};

}  // namespace logchute::noise
