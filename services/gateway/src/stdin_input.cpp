#include "stdin_input.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace logchute::gateway {
namespace {

constexpr std::size_t kReadBytes = 256U << 10;

std::unexpected<Error> unreadable(int error) {
    return fail(Errc::failed, "cannot read standard input: " + std::system_category().message(error));
}

}  // namespace

StdinInput::StdinInput(int fd, ChunkOptions chunks, ChunkSink& sink)
    : fd_(fd),
      sink_(sink),
      run_id_(fresh_id()),
      chunker_(chunks, [this](const Chunk& chunk) { return sink_.take(chunk, run_id_ + '-' + std::to_string(chunk.end), {}); }) {
    buffer_.resize(kReadBytes);
}

Result<void> StdinInput::run(const std::stop_token& stop) {
    const auto read = read_all(stop);
    if (!read && read.error().code != Errc::failed) return read;
    // What could be read before it broke off is stored all the same.
    if (auto done = chunker_.finish(); !done) return done;
    return read;
}

Result<void> StdinInput::read_all(const std::stop_token& stop) {
    auto flushed_at = std::chrono::steady_clock::now();
    while (!stop.stop_requested()) {
        pollfd input{.fd = fd_, .events = POLLIN, .revents = 0};
        const int ready = ::poll(&input, 1, static_cast<int>(kInputQuiet.count()));
        if (ready < 0 && errno != EINTR) return unreadable(errno);
        if (ready < 0) continue;
        if (ready == 0) {
            if (auto done = chunker_.flush(Flush::lines); !done) return done;
            continue;
        }
        const auto more = read_some();
        if (!more) return std::unexpected(more.error());
        if (!*more) return {};
        // An input that never rests is seen as well.
        const auto now = std::chrono::steady_clock::now();
        if (now - flushed_at < kInputQuiet) continue;
        if (auto done = chunker_.flush(Flush::records); !done) return done;
        flushed_at = now;
    }
    return {};
}

Result<bool> StdinInput::read_some() {
    const ssize_t size = ::read(fd_, buffer_.data(), buffer_.size());
    if (size < 0) {
        if (errno == EINTR || errno == EAGAIN) return true;
        return unreadable(errno);
    }
    if (size == 0) return false;
    if (auto done = chunker_.add(std::string_view(buffer_).substr(0, static_cast<std::size_t>(size))); !done)
        return std::unexpected(done.error());
    return true;
}

}  // namespace logchute::gateway
