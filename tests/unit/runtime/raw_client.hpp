// A client that sends exactly the bytes a test wants, and reads what comes back.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace logchute::test {

struct RawReply {
    int status = 0;  ///< 0: the connection ended without an answer.
    std::string head;
    std::map<std::string, std::string> headers;  ///< Names lower-cased.
    std::string body;
    bool is_whole = false;  ///< The body came to its own end.

    [[nodiscard]] std::string header(const std::string& name) const {
        const auto it = headers.find(name);
        return it == headers.end() ? "" : it->second;
    }
    [[nodiscard]] bool is_problem() const {
        return header("content-type") == "application/problem+json" &&
               body.find("\"status\":" + std::to_string(status)) != std::string::npos;
    }
};

/// Waits at most 10 s for anything.
class RawClient {
public:
    explicit RawClient(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            ::close(descriptor_);
            throw std::runtime_error("cannot connect");
        }
    }
    ~RawClient() { close(); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    void close() {
        if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
    }
    /// The next close() resets the connection.
    void reset_on_close() const {
        const linger now{1, 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    void end_sending() const { ::shutdown(descriptor_, SHUT_WR); }

    /// False where the server has stopped taking it.
    bool send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t n = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
        return true;
    }
    /// True once there is something to read, the end included.
    [[nodiscard]] bool has_input(std::chrono::milliseconds patience = std::chrono::milliseconds{0}) const {
        pollfd waited{descriptor_, POLLIN, 0};
        return !held_.empty() || ::poll(&waited, 1, static_cast<int>(patience.count())) > 0;
    }
    /// Some more bytes into what is held; false at the end, or after a reset.
    bool receive() {
        if (!has_input_from_socket()) throw std::runtime_error("no answer within 10 s");
        std::array<char, 65536> piece{};
        const ssize_t n = ::recv(descriptor_, piece.data(), piece.size(), 0);
        was_reset_ = n < 0 && errno == ECONNRESET;
        if (n <= 0) return false;
        held_.append(piece.data(), static_cast<std::size_t>(n));
        return true;
    }
    /// True where the connection ends without another byte.
    [[nodiscard]] bool ends() {
        while (held_.empty()) {
            if (!receive()) return true;
        }
        return false;
    }
    [[nodiscard]] bool was_reset() const { return was_reset_; }

    /// All up to the first `mark`, it included; less where the connection ends before.
    std::string read_until(std::string_view mark) {
        std::size_t at = 0;
        while ((at = held_.find(mark)) == std::string::npos) {
            if (!receive()) return take(held_.size());
        }
        return take(at + mark.size());
    }

    RawReply read_reply(bool is_head = false) {
        RawReply reply;
        std::size_t end = 0;
        while ((end = held_.find("\r\n\r\n")) == std::string::npos) {
            if (!receive()) return reply;
        }
        reply.head = take(end + 4);
        parse_head(reply);
        const std::string encoding = reply.header("transfer-encoding");
        const std::string length = reply.header("content-length");
        if (is_head || reply.status == 204 || reply.status < 200) {
            reply.is_whole = true;
        } else if (encoding == "chunked") {
            read_chunks(reply);
        } else if (!length.empty()) {
            const auto size = std::stoull(length);
            while (held_.size() < size && receive()) {
            }
            reply.is_whole = held_.size() >= size;
            reply.body = take(std::min<std::size_t>(size, held_.size()));
        } else {
            while (receive()) {
            }
            reply.is_whole = !was_reset_;
            reply.body = take(held_.size());
        }
        return reply;
    }
    RawReply ask(std::string_view bytes, bool is_head = false) {
        send(bytes);
        return read_reply(is_head);
    }

private:
    [[nodiscard]] bool has_input_from_socket() const {
        pollfd waited{descriptor_, POLLIN, 0};
        return ::poll(&waited, 1, 10'000) > 0;
    }
    std::string take(std::size_t n) {
        std::string taken = held_.substr(0, n);
        held_.erase(0, n);
        return taken;
    }
    static void parse_head(RawReply& reply) {
        std::string_view rest = reply.head;
        reply.status = std::stoi(reply.head.substr(9, 3));
        rest.remove_prefix(rest.find("\r\n") + 2);
        while (!rest.starts_with("\r\n")) {
            const auto line = rest.substr(0, rest.find("\r\n"));
            const auto colon = line.find(": ");
            std::string name(line.substr(0, colon));
            for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
            reply.headers[name] = line.substr(colon + 2);
            rest.remove_prefix(line.size() + 2);
        }
    }
    void read_chunks(RawReply& reply) {
        for (;;) {
            std::size_t end = 0;
            while ((end = held_.find("\r\n")) == std::string::npos) {
                if (!receive()) return;
            }
            std::size_t size = 0;
            std::from_chars(held_.data(), held_.data() + end, size, 16);
            while (held_.size() < end + 2 + size + 2) {
                if (!receive()) return;
            }
            take(end + 2);
            reply.body += take(size);
            take(2);
            if (size == 0) {
                reply.is_whole = true;
                return;
            }
        }
    }

    int descriptor_;
    std::string held_;
    bool was_reset_ = false;
};

}  // namespace logchute::test
