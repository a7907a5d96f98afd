// A message of the stream LOGS, read as its headers say. One place for every service that takes logs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "logchute/bus/consumer.hpp"
#include "logchute/core/batch_parser.hpp"
#include "logchute/core/result.hpp"

namespace logchute::bus {

/// What a message says about its lines. Views point into the message.
struct LogMessage {
    std::uint64_t sequence = 0;
    Timestamp received{};
    std::string_view source;   ///< The subject without "logs.".
    std::string_view upload;   ///< Id of the upload the lines belong to; may be empty.
    std::optional<std::uint64_t> records;  ///< What the publisher counted, where it says so.
};

/// The value of the header Logchute-Records; empty where it is absent or no number.
[[nodiscard]] std::optional<std::uint64_t> records_told(const Message& message) noexcept;

/// Text of one message after decompression; above it the message is refused. Twice what a plain message may have: its records take several
/// times as much again while they are in memory.
inline constexpr std::size_t kMessageTextBytesMax = 16U << 20;

/// Reads messages into records. Anyone may publish on logs.>, so nothing in a message is trusted. Keeps its buffers between calls; one a thread.
class LogMessageReader {
public:
    explicit LogMessageReader(std::size_t line_bytes_max = kLineBytesMax);
    ~LogMessageReader();
    LogMessageReader(LogMessageReader&&) noexcept;
    LogMessageReader& operator=(LogMessageReader&&) noexcept;

    /// Parses every line of `message` into `out`, which is cleared first. `scratch` receives the text of a compressed message; message,
    /// scratch and out must live as long as the records are used. Never fails: a message that cannot be read at all (an unknown format or
    /// encoding, corrupt compression, tags that are no JSON object of strings) is one bad line, its payload, with the reason.
    /// An empty message is nothing at all, but one bad line, `empty`, where it declares a format.
    LogMessage read(const Message& message, std::string& scratch, ParsedBatch& out);

private:
    struct Decompressor;
    std::unique_ptr<Decompressor> decompressor_;
    BatchParser parser_;
    std::size_t line_bytes_max_;
};

/// The source a subject names: "logs.web.eu" is "web.eu".
[[nodiscard]] std::string_view source_of(std::string_view subject) noexcept;

}  // namespace logchute::bus
