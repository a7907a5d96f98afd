#include "stdout_target.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>

namespace logchute::noise {
namespace {

constexpr int kPollMs = 100;  // how late a stop is noticed while the reader takes nothing

}  // namespace

Result<void> StdoutTarget::send(Batch batch, std::stop_token stop) {
    std::string_view left = batch.text;
    while (!left.empty()) {
        if (stop.stop_requested()) return fail(Errc::closed, "stopped");
        // A pipe that polls as writable takes PIPE_BUF bytes without blocking, so a reader that sleeps cannot keep a stop from being seen.
        pollfd writable{fd_, POLLOUT, 0};
        if (::poll(&writable, 1, kPollMs) == 0) continue;
        const ssize_t written = ::write(fd_, left.data(), std::min<std::size_t>(left.size(), PIPE_BUF));
        if (written < 0 && errno == EPIPE) return fail(Errc::closed, "the reader has gone");
        if (written < 0 && errno != EINTR && errno != EAGAIN)
            return fail(Errc::failed, "cannot write: " + std::generic_category().message(errno));
        if (written > 0) left.remove_prefix(static_cast<std::size_t>(written));
    }
    delivered_(batch.records, batch.malformed, batch.text.size());
    return {};
}

}  // namespace logchute::noise
