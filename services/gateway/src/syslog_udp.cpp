#include "syslog_udp.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <chrono>
#include <cstring>
#include <utility>
#include <vector>

namespace logchute::gateway {
namespace {

constexpr std::size_t kBatchMessages = 64;
// The most a datagram can have is 65,507 bytes.
constexpr std::size_t kDatagramBytes = 64U << 10;
// A stop does not wait for senders that never pause.
constexpr std::chrono::milliseconds kDrainTime{500};

}  // namespace

/// What recvmmsg() fills in.
struct SyslogUdp::Batch {
    Batch() : bytes(kBatchMessages * kDatagramBytes) {
        for (std::size_t i = 0; i < kBatchMessages; ++i) pieces[i] = {bytes.data() + i * kDatagramBytes, kDatagramBytes};
    }
    /// The kernel has written into the headers what it used of them.
    void reset() {
        for (std::size_t i = 0; i < kBatchMessages; ++i) {
            headers[i] = {};
            headers[i].msg_hdr.msg_iov = &pieces[i];
            headers[i].msg_hdr.msg_iovlen = 1;
            headers[i].msg_hdr.msg_control = controls[i].bytes;
            headers[i].msg_hdr.msg_controllen = sizeof controls[i].bytes;
        }
    }
    struct alignas(cmsghdr) Control {
        char bytes[CMSG_SPACE(sizeof(std::uint32_t))];
    };
    std::vector<char> bytes;
    std::array<iovec, kBatchMessages> pieces;
    std::array<Control, kBatchMessages> controls;
    std::array<mmsghdr, kBatchMessages> headers;
};

namespace {

/// The socket's count of drops so far, where the kernel told it with this message.
bool read_overflow(msghdr& header, std::uint32_t& overflow) {
    for (cmsghdr* it = CMSG_FIRSTHDR(&header); it != nullptr; it = CMSG_NXTHDR(&header, it)) {
        if (it->cmsg_level != SOL_SOCKET || it->cmsg_type != SO_RXQ_OVFL) continue;
        std::memcpy(&overflow, CMSG_DATA(it), sizeof overflow);
        return true;
    }
    return false;
}

}  // namespace

SyslogUdp::SyslogUdp(runtime::UniqueFd socket, SyslogQueue& queue)
    : socket_(std::move(socket)),
      queue_(queue),
      batch_(std::make_unique<Batch>()),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

SyslogUdp::~SyslogUdp() { stop(); }

void SyslogUdp::stop() {
    thread_.request_stop();
    wake_.set();
    if (thread_.joinable()) thread_.join();
}

void SyslogUdp::run(const std::stop_token& stop) {
    std::array<pollfd, 2> polled{pollfd{socket_.get(), POLLIN, 0}, pollfd{wake_.fd(), POLLIN, 0}};
    while (!stop.stop_requested()) {
        if (take_batch() == 0) (void)::poll(polled.data(), polled.size(), -1);
    }
    const auto until = std::chrono::steady_clock::now() + kDrainTime;
    while (take_batch() != 0 && std::chrono::steady_clock::now() < until) {
    }
}

std::size_t SyslogUdp::take_batch() {
    batch_->reset();
    const int count = ::recvmmsg(socket_.get(), batch_->headers.data(), kBatchMessages, MSG_DONTWAIT, nullptr);
    if (count <= 0) return 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        mmsghdr& it = batch_->headers[i];
        // The count wraps, and so does the difference.
        if (std::uint32_t overflow = 0; read_overflow(it.msg_hdr, overflow))
            kernel_dropped_ += overflow - std::exchange(last_overflow_, overflow);
        queue_.push({static_cast<const char*>(batch_->pieces[i].iov_base), it.msg_len}, it.msg_len);
    }
    return static_cast<std::size_t>(count);
}

}  // namespace logchute::gateway
