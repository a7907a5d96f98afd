#include "file_reader.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace logchute::gateway {
namespace {

constexpr std::uint64_t kReadBytes = 256U << 10;
constexpr std::size_t kBytesKept = 256;
// As long as lines of one record may be apart when a program writes them one by one.
constexpr std::chrono::milliseconds kRecordQuiet{200};

bool is_same_state(const struct stat& a, const struct stat& b) noexcept {
    return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

}  // namespace

FileKey key_of(const struct stat& info) noexcept {
    return {static_cast<std::uint64_t>(info.st_dev), static_cast<std::uint64_t>(info.st_ino)};
}

FileReader::FileReader(runtime::UniqueFd fd, FilePosition position, ChunkOptions chunks, Give give)
    : fd_(std::move(fd)), chunks_(chunks), give_(std::move(give)), position_(std::move(position)), read_(position_.stored) {
    make_chunker(chunks_.chunk_bytes);
}

void FileReader::make_chunker(std::uint64_t chunk_bytes) {
    start_ = read_;
    ChunkOptions options = chunks_;
    options.chunk_bytes = chunk_bytes;
    chunker_.emplace(options, [this](const Chunk& chunk) { return give_(*this, chunk, start_ + chunk.end); });
}

bool FileReader::is_deleted() const {
    struct stat now{};
    return ::fstat(fd_.get(), &now) == 0 && now.st_nlink == 0;
}

bool FileReader::is_rewritten() {
    struct stat now{};
    if (::fstat(fd_.get(), &now) != 0) return false;
    if (static_cast<std::uint64_t>(now.st_size) < std::max(read_, position_.sending)) return true;
    if (seen_ && is_same_state(*seen_, now)) return false;
    seen_ = now;
    if (!still_ends_as_read()) return true;
    if (position_.sending == 0) return false;
    const auto print = fingerprint(fd_.get(), position_.sending);
    return !print || *print != position_.fingerprint;
}

bool FileReader::still_ends_as_read() const {
    std::string now(last_read_.size(), '\0');
    const ssize_t size = ::pread(fd_.get(), now.data(), now.size(), static_cast<off_t>(read_ - now.size()));
    return size == static_cast<ssize_t>(now.size()) && now == last_read_;
}

Result<bool> FileReader::read_on(const std::stop_token& stop) {
    if (auto repeated = repeat_last_chunk(); !repeated) return std::unexpected(repeated.error());
    bool has_news = false;
    while (!stop.stop_requested()) {
        const auto size = read_some(kReadBytes);
        if (!size) return std::unexpected(size.error());
        if (*size == 0) break;
        has_news = true;
    }
    if (has_news) quiet_since_ = Clock::now();
    return has_news;
}

Result<void> FileReader::repeat_last_chunk() {
    if (position_.sending == position_.stored) return {};
    const std::uint64_t end = position_.sending;
    make_chunker(end - position_.stored + 1);
    while (read_ < end) {
        const auto size = read_some(end - read_);
        if (!size) return std::unexpected(size.error());
        if (*size == 0) return fail(Errc::failed, "a file became shorter while it was read");
    }
    if (auto done = chunker_->finish(); !done) return done;
    make_chunker(chunks_.chunk_bytes);
    return {};
}

Result<std::uint64_t> FileReader::read_some(std::uint64_t bytes_max) {
    buffer_.resize(kReadBytes);
    const auto want = static_cast<std::size_t>(std::min(bytes_max, kReadBytes));
    ssize_t size = 0;
    do size = ::pread(fd_.get(), buffer_.data(), want, static_cast<off_t>(read_));
    while (size < 0 && errno == EINTR);
    if (size < 0) return fail(Errc::failed, "cannot read the file: " + std::system_category().message(errno));
    const auto got = static_cast<std::size_t>(size);
    read_ += got;
    if (got != 0) {
        ends_within_line_ = buffer_[got - 1] != '\n';
        last_read_.assign(buffer_, got - std::min(got, kBytesKept), std::min(got, kBytesKept));
    }
    if (auto done = chunker_->add(std::string_view(buffer_).substr(0, got)); !done) return std::unexpected(done.error());
    return got;
}

Result<void> FileReader::flush() {
    const bool is_quiet = Clock::now() - quiet_since_ >= kRecordQuiet;
    return chunker_->flush(is_quiet ? Flush::lines : Flush::records);
}

Result<void> FileReader::finish() {
    if (auto done = chunker_->finish(); !done) return done;
    make_chunker(chunks_.chunk_bytes);
    return {};
}

void FileReader::rewind() {
    read_ = position_.stored;
    ends_within_line_ = false;
    last_read_.clear();
    seen_.reset();
    make_chunker(chunks_.chunk_bytes);
}

void FileReader::start_over(std::string generation) {
    position_.generation = std::move(generation);
    position_.stored = position_.sending = position_.fingerprint = 0;
    rewind();
}

void FileReader::sending(std::uint64_t end) {
    const auto print = fingerprint(fd_.get(), end);
    // A file truncated under our hands has none: 0 then makes it count as rewritten, which it is.
    position_.fingerprint = print.value_or(0);
    position_.sending = end;
}

}  // namespace logchute::gateway
