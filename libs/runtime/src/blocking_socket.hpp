// A connected socket as a worker thread uses it while it streams a body: blocking, with a limit on the time without progress.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "logchute/core/result.hpp"

namespace logchute::http {

/// The failure of a peer that has gone.
[[nodiscard]] std::unexpected<Error> broken_off();

/// Borrows a non-blocking socket.
/// Threads:  one at a time, while nobody else reads or writes the socket. shutdown(2) from elsewhere ends a wait with Errc::closed.
/// Failures: closed (the peer ended or reset the connection), timeout (no progress).
class BlockingSocket {
public:
    BlockingSocket(int descriptor, std::chrono::milliseconds timeout) noexcept : descriptor_(descriptor), timeout_(timeout) {}

    /// Waits for some bytes; never 0, unless `buffer` is empty.
    [[nodiscard]] Result<std::size_t> read_some(std::span<char> buffer) const;
    /// Whether the peer has ended its side, or the connection was reset, with less than `bytes` left to be read. Does not wait.
    [[nodiscard]] bool ends_before(std::uint64_t bytes) const noexcept;
    /// Writes the pieces one after the other, all of them.
    [[nodiscard]] Result<void> write(std::span<const std::string_view> pieces) const;

private:
    [[nodiscard]] Result<void> wait_for(short events) const;

    int descriptor_;
    std::chrono::milliseconds timeout_;
};

}  // namespace logchute::http
