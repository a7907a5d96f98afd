// Syslog over TCP: where a message ends. RFC 6587 knows two ways, and each message may come either way:
//   83 <34>1 2026-01-05T10:00:00Z host app - - - text      octet counting: any bytes, line ends among them
//   <34>Jan  5 10:00:00 host app: text\n                   up to the line end
// A number counts as a length only where "<" follows it, as with every message of syslog: so lines may begin with numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace logchute::gateway {

/// One message as it came, without its framing.
struct SyslogFrame {
    std::string_view text;     ///< Valid during the call alone.
    std::uint64_t length = 0;  ///< More than text.size() where the message was over the limit: `text` is its beginning.
    bool is_whole = true;      ///< False where the connection ended within it.
};

/// Cuts the bytes of one connection into messages. A message over the limit keeps its first kTooLongBytesKept bytes, and no more memory.
/// Threads: one.
class SyslogFramer {
public:
    using Emit = std::function<void(const SyslogFrame&)>;

    SyslogFramer(std::size_t frame_bytes_max, Emit emit);

    void add(std::string_view bytes);
    /// The connection has ended: what is there of a last message goes out.
    void finish();
    /// Held of a message that is not there whole.
    [[nodiscard]] std::size_t buffered() const noexcept { return buffer_.capacity(); }

private:
    enum class State : std::uint8_t { start, counted, line };

    void read_start(std::string_view& bytes);
    void read_counted(std::string_view& bytes);
    void read_line(std::string_view& bytes);
    void keep(std::string_view bytes);
    void emit(bool is_whole);

    const std::size_t frame_bytes_max_;
    const Emit emit_;
    State state_ = State::start;
    std::uint64_t rest_ = 0;    ///< Of a counted message.
    std::uint64_t length_ = 0;  ///< Of the message so far.
    std::string buffer_;        ///< The message so far, as much as is kept; at its start, its length.
};

}  // namespace logchute::gateway
