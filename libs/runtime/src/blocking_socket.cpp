#include "blocking_socket.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace logchute::http {
namespace {

constexpr std::size_t kPiecesMax = 8;

bool is_would_block(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

std::unexpected<Error> broken_off() { return fail(Errc::closed, "The other side has closed the connection."); }

Result<void> BlockingSocket::wait_for(short events) const {
    pollfd waited{descriptor_, events, 0};
    const auto deadline = std::chrono::steady_clock::now() + timeout_;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
        const int ready = ::poll(&waited, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
        if (ready > 0) return {};
        if (ready == 0) return fail(Errc::timeout, "The other side has neither sent nor taken anything for too long.");
        if (errno != EINTR) return fail(Errc::failed, "poll: " + std::generic_category().message(errno));
    }
}

Result<std::size_t> BlockingSocket::read_some(std::span<char> buffer) const {
    if (buffer.empty()) return 0;
    for (;;) {
        const ssize_t n = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (n > 0) return static_cast<std::size_t>(n);
        if (n < 0 && errno == EINTR) continue;
        if (n == 0 || !is_would_block(errno)) return broken_off();
        if (auto waited = wait_for(POLLIN); !waited) return std::unexpected(waited.error());
    }
}

bool BlockingSocket::ends_before(std::uint64_t bytes) const noexcept {
    pollfd looked{descriptor_, POLLRDHUP, 0};
    if (::poll(&looked, 1, 0) <= 0) return false;
    int left = 0;
    return ::ioctl(descriptor_, FIONREAD, &left) == 0 && static_cast<std::uint64_t>(left) < bytes;
}

Result<void> BlockingSocket::write(std::span<const std::string_view> pieces) const {
    std::array<iovec, kPiecesMax> vectors{};
    std::size_t count = 0;
    for (const std::string_view piece : pieces) {
        // iovec is for both directions, so it has no const.
        if (!piece.empty())
            vectors.at(count++) = {const_cast<char*>(piece.data()), piece.size()};  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    }
    std::span<iovec> left(vectors.data(), count);
    while (!left.empty()) {
        msghdr message{};
        message.msg_iov = left.data();
        message.msg_iovlen = left.size();
        const ssize_t n = ::sendmsg(descriptor_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0) {
            if (errno == EINTR) continue;
            if (!is_would_block(errno)) return broken_off();
            if (auto waited = wait_for(POLLOUT); !waited) return waited;
            continue;
        }
        auto sent = static_cast<std::size_t>(n);
        while (!left.empty() && sent >= left.front().iov_len) {
            sent -= left.front().iov_len;
            left = left.subspan(1);
        }
        if (!left.empty()) {
            left.front().iov_base = static_cast<char*>(left.front().iov_base) + sent;
            left.front().iov_len -= sent;
        }
    }
    return {};
}

}  // namespace logchute::http
