#include "syslog_socket.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace logchute::gateway {
namespace {

using runtime::UniqueFd;

// The kernel's own limit, net.core.rmem_max, may keep it smaller where we may not go beyond. It bridges moments without a reader.
constexpr int kUdpBufferBytes = 8 << 20;

[[noreturn]] void cannot_listen(const std::string& host, std::uint16_t port, const std::string& why) {
    throw std::runtime_error("cannot listen for syslog on " + host + ':' + std::to_string(port) + ": " + why);
}

void set_option(int socket, int level, int name, int value) { (void)::setsockopt(socket, level, name, &value, sizeof value); }

void prepare(int socket, Transport transport) {
    if (transport == Transport::tcp) {
        set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1);
        return;
    }
    if (const int bytes = kUdpBufferBytes; ::setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        set_option(socket, SOL_SOCKET, SO_RCVBUF, kUdpBufferBytes);
    set_option(socket, SOL_SOCKET, SO_RXQ_OVFL, 1);
}

}  // namespace

UniqueFd bind_socket(Transport transport, const std::string& host, std::uint16_t port) {
    const int type = transport == Transport::udp ? SOCK_DGRAM : SOCK_STREAM;
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
    hints.ai_socktype = type;
    addrinfo* raw = nullptr;
    if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &raw) != 0)
        cannot_listen(host, port, "the host is no address; set gateway.host");
    const std::unique_ptr<addrinfo, decltype([](addrinfo* it) { ::freeaddrinfo(it); })> address(raw);

    UniqueFd socket(::socket(address->ai_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket) prepare(socket.get(), transport);
    const bool is_bound = socket && ::bind(socket.get(), address->ai_addr, address->ai_addrlen) == 0 &&
                          (transport == Transport::udp || ::listen(socket.get(), SOMAXCONN) == 0);
    if (is_bound) return socket;
    const int error = errno;
    if (error == EADDRINUSE) cannot_listen(host, port, "the port is in use; stop what uses it, or set another gateway.syslog_port");
    if (error == EACCES) cannot_listen(host, port, "ports below 1024 need a privilege; set another gateway.syslog_port, such as 5514");
    cannot_listen(host, port, std::system_category().message(error) + "; set gateway.host or gateway.syslog_port");
}

std::uint16_t port_of(int socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    // Both families have the port at the same place.
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

WakeEvent::WakeEvent() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (!fd_) throw std::system_error(errno, std::system_category(), "eventfd");
}

void WakeEvent::set() const noexcept { (void)::eventfd_write(fd_.get(), 1); }

void WakeEvent::clear() const noexcept {
    eventfd_t ignored = 0;
    (void)::eventfd_read(fd_.get(), &ignored);
}

}  // namespace logchute::gateway
