// Bodies that a worker thread reads or writes piece by piece, on the connection's own socket. Included by http_server.cpp alone.
//
// While a worker has a connection, the network thread leaves the socket alone (it only ever shuts it down), so blocking calls on it are
// both the simplest and the fastest bridge: no hand-over between threads for each piece.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "blocking_socket.hpp"
#include "request_parser.hpp"

namespace logchute::http {

inline constexpr std::size_t kReadBytes = 64 * 1024;
/// Chunk headers with their extensions, and trailers.
inline constexpr std::size_t kChunkHeaderMax = 16 * 1024;
inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

[[nodiscard]] inline std::unexpected<Error> broken_chunks(std::string_view why) {
    return fail(Errc::invalid, "The chunked body is broken: " + std::string(why) + ". Send it again, whole.");
}

/// The rest of a request's body, for handlers of routes that stream. One thread.
class RequestBody final : public BodyReader {
public:
    /// `wants_continue`: the client waits for a 100, which goes out with the first read that finds nothing; a handler that refuses by the
    /// headers alone then gets no body at all.
    RequestBody(BlockingSocket socket, RequestParser& parser, beast::flat_buffer& input, bool& wants_continue)
        : socket_(socket), parser_(parser), input_(input), wants_continue_(wants_continue) {}

    [[nodiscard]] Result<std::size_t> read(std::span<char> buffer) override {
        if (failure_) return std::unexpected(*failure_);
        Result<std::size_t> read = can_never_be_whole() ? Result<std::size_t>(broken_off()) : read_some(buffer);
        if (!read) {
            failure_ = read.error();
        } else {
            received_ += *read;
        }
        return read;
    }

    [[nodiscard]] std::uint64_t received() const noexcept { return received_; }

private:
    /// The client has left in the middle of a body of known length. What had come of it may be megabytes in the kernel: no use in taking them.
    [[nodiscard]] bool can_never_be_whole() const noexcept {
        const std::uint64_t missing = parser_.remaining() - std::min<std::uint64_t>(parser_.remaining(), input_.size());
        return missing > 0 && socket_.ends_before(missing);
    }

    Result<std::size_t> read_some(std::span<char> buffer) {
        while (!buffer.empty() && !parser_.body_done()) {
            std::size_t written = 0;
            const auto step = parser_.decode(input_, buffer, written);
            if (step == RequestParser::Step::failed) return broken_chunks(parser_.error().message());
            if (written > 0) return written;
            if (parser_.body_done()) break;
            if (input_.size() > kChunkHeaderMax) return broken_chunks("a chunk's header is too long");
            if (auto told = tell_to_continue(); !told) return std::unexpected(told.error());
            if (!parser_.is_chunked()) return read_past_parser(buffer);
            const auto space = input_.prepare(kReadBytes);
            auto n = socket_.read_some({static_cast<char*>(space.data()), space.size()});
            if (!n) return n;
            input_.commit(*n);
        }
        return 0;
    }

    Result<std::size_t> read_past_parser(std::span<char> buffer) {
        const auto wanted = std::min<std::uint64_t>(buffer.size(), parser_.remaining());
        auto n = socket_.read_some(buffer.first(static_cast<std::size_t>(wanted)));
        if (n) parser_.skip_body(*n);
        return n;
    }

    Result<void> tell_to_continue() {
        if (!wants_continue_) return {};
        wants_continue_ = false;
        return socket_.write(std::array{kContinue});
    }

    BlockingSocket socket_;
    RequestParser& parser_;
    beast::flat_buffer& input_;
    bool& wants_continue_;
    std::optional<Error> failure_;
    std::uint64_t received_ = 0;
};

/// The body of a streamed response. Small writes are put together, and the head goes out with the first bytes. One thread.
class ResponseBody final : public BodyWriter {
public:
    ResponseBody(BlockingSocket socket, std::string head, bool is_chunked)
        : socket_(socket), head_(std::move(head)), is_chunked_(is_chunked) {}

    [[nodiscard]] Result<void> write(std::string_view bytes) override {
        if (failure_) return std::unexpected(*failure_);
        if (held_.size() + bytes.size() >= kHeldMax) return send(bytes);
        held_ += bytes;
        return {};
    }

    /// Sends what is held and the mark of the end.
    [[nodiscard]] Result<void> finish() {
        if (failure_) return std::unexpected(*failure_);
        if (has_begun_ && held_.empty()) return is_chunked_ ? note(socket_.write(std::array{kLastChunk})) : Result<void>{};
        is_last_ = true;
        return send({});
    }

    /// Whether the client has seen anything of this response.
    [[nodiscard]] bool has_begun() const noexcept { return has_begun_; }
    [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }

private:
    static constexpr std::size_t kHeldMax = 32 * 1024;
    static constexpr std::string_view kLastChunk = "0\r\n\r\n";

    // Head if it is still to go, then what is held and `bytes`, as one chunk.
    Result<void> send(std::string_view bytes) {
        has_begun_ = true;
        const std::size_t size = held_.size() + bytes.size();
        std::array<char, 20> digits{};
        const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16);
        const std::string_view length(digits.data(), static_cast<std::size_t>(end - digits.data()));
        const bool has_chunk = is_chunked_ && size > 0;
        const std::array<std::string_view, 7> pieces{head_,
                                                     has_chunk ? length : "",
                                                     has_chunk ? "\r\n" : "",
                                                     held_,
                                                     bytes,
                                                     has_chunk ? "\r\n" : "",
                                                     is_chunked_ && is_last_ ? kLastChunk : ""};
        auto written = note(socket_.write(pieces));
        sent_ += size;
        head_.clear();
        held_.clear();
        return written;
    }

    Result<void> note(Result<void> result) {
        if (!result) failure_ = result.error();
        return result;
    }

    BlockingSocket socket_;
    std::string head_;
    std::string held_;
    std::optional<Error> failure_;
    std::uint64_t sent_ = 0;
    bool is_chunked_;
    bool is_last_ = false;
    bool has_begun_ = false;
};

}  // namespace logchute::http
