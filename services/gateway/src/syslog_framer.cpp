#include "syslog_framer.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "logchute/core/log_record.hpp"

namespace logchute::gateway {
namespace {

// Up to 9,999,999,999: longer is no length but text.
constexpr std::size_t kDigitsMax = 10;
// What one long message has needed is not kept for the small ones that follow.
constexpr std::size_t kBufferKept = 16U << 10;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Whether `text` may still become "123 <".
bool may_be_length(std::string_view text) noexcept {
    if (text.front() == '0') return false;
    const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
    if (digits == 0 || digits > kDigitsMax) return false;
    return digits == text.size() || (text[digits] == ' ' && (digits + 1 == text.size() || text[digits + 1] == '<'));
}

}  // namespace

SyslogFramer::SyslogFramer(std::size_t frame_bytes_max, Emit emit) : frame_bytes_max_(frame_bytes_max), emit_(std::move(emit)) {}

void SyslogFramer::add(std::string_view bytes) {
    while (!bytes.empty()) {
        switch (state_) {
            case State::start: read_start(bytes); break;
            case State::counted: read_counted(bytes); break;
            case State::line: read_line(bytes); break;
        }
    }
}

void SyslogFramer::finish() {
    // A counted message that has no byte yet is none; a number alone is a line.
    if (length_ != 0 || !buffer_.empty()) {
        length_ = std::max<std::uint64_t>(length_, buffer_.size());
        emit(false);
    }
    state_ = State::start;
}

/// Byte by byte until it is clear which way the message comes.
void SyslogFramer::read_start(std::string_view& bytes) {
    const char c = bytes.front();
    if (buffer_.empty() && (c == '\n' || c == '\r' || c == '\0' || c == ' ')) {
        bytes.remove_prefix(1);  // between messages: line ends behind counted ones, empty lines
        return;
    }
    buffer_ += c;
    if (!may_be_length(buffer_)) {
        buffer_.pop_back();  // it is read again, as a part of the line
        length_ = buffer_.size();
        state_ = State::line;
        return;
    }
    if (c == '<') {
        std::from_chars(buffer_.data(), buffer_.data() + buffer_.size(), rest_);
        buffer_.clear();
        state_ = State::counted;
        return;
    }
    bytes.remove_prefix(1);
}

void SyslogFramer::read_counted(std::string_view& bytes) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(rest_, bytes.size()));
    keep(bytes.substr(0, size));
    bytes.remove_prefix(size);
    rest_ -= size;
    if (rest_ == 0) emit(true);
}

void SyslogFramer::read_line(std::string_view& bytes) {
    const auto feed = bytes.find('\n');
    keep(bytes.substr(0, feed));
    bytes.remove_prefix(feed == bytes.npos ? bytes.size() : feed + 1);
    if (feed != bytes.npos) emit(true);
}

void SyslogFramer::keep(std::string_view bytes) {
    length_ += bytes.size();
    if (length_ > frame_bytes_max_) {
        if (buffer_.size() < kTooLongBytesKept) buffer_.append(bytes.substr(0, kTooLongBytesKept - buffer_.size()));
        if (buffer_.size() > kTooLongBytesKept) buffer_.resize(kTooLongBytesKept);
        if (buffer_.capacity() > 2 * kTooLongBytesKept) buffer_.shrink_to_fit();
    } else {
        buffer_ += bytes;
    }
}

void SyslogFramer::emit(bool is_whole) {
    state_ = State::start;
    emit_({buffer_, std::exchange(length_, 0), is_whole});
    buffer_.clear();
    if (buffer_.capacity() > kBufferKept) buffer_.shrink_to_fit();
}

}  // namespace logchute::gateway
