// Cuts a stream of bytes into pieces of whole records, sized for one message each.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "logchute/core/log_record.hpp"
#include "logchute/core/result.hpp"

namespace logchute {

struct ChunkOptions {
    std::size_t chunk_bytes = 512U << 10;          ///< A chunk ends with the record that makes it this large.
    std::size_t line_bytes_max = kLineBytesMax;
    bool join = false;                             ///< As BatchOptions::join, so that no record is torn from its continuation.
};

/// Lines that make one message.
struct Chunk {
    std::string_view text;         ///< Valid during the call alone.
    std::uint64_t lines = 0;       ///< Blank ones left out.
    std::uint64_t records = 0;
    /// Not 0: `text` is the first kTooLongBytesKept bytes of one line that is this long, more than line_bytes_max.
    std::uint64_t cut_from_bytes = 0;
    std::uint64_t end = 0;  ///< Where the input goes on behind it: bytes since the first add(), line ends and blank lines counted.
};

/// How much of what is complete a flush() gives.
enum class Flush : std::uint8_t {
    lines,  ///< Every line that has its end.
    records,  ///< Without the last record, where the next line might continue it.
};

/// Memory stays below chunk_bytes + 2 * line_bytes_max, whatever comes in; a text given whole is not copied but for its last line.
/// Not thread-safe. A failure of `emit` is returned and ends the stream.
class LineChunker {
public:
    using Emit = std::function<Result<void>(const Chunk&)>;

    LineChunker(ChunkOptions options, Emit emit);

    [[nodiscard]] Result<void> add(std::string_view bytes);
    /// What has come so far goes out although the chunk is not full: for inputs that people watch. A line without its end stays.
    [[nodiscard]] Result<void> flush(Flush how);
    /// The end: a last line without a line end counts as well.
    [[nodiscard]] Result<void> finish();

    [[nodiscard]] std::uint64_t lines() const noexcept { return lines_; }
    [[nodiscard]] std::uint64_t records() const noexcept { return records_; }

private:
    [[nodiscard]] Result<void> scan(std::string_view region, bool is_last);
    [[nodiscard]] Result<void> take_line(std::string_view region, std::size_t end, std::size_t next);
    [[nodiscard]] Result<void> emit_until(std::string_view region, std::size_t end);
    [[nodiscard]] Result<void> emit_before_record(std::string_view region);
    void drop_emitted() noexcept;
    [[nodiscard]] Result<void> emit_cut_line();

    const ChunkOptions options_;
    const Emit emit_;
    std::string buffer_;  // the chunk at hand, as far as it has come

    // Of the chunk at hand; offsets into the region that scan() looks at.
    std::size_t begin_ = 0;  // where it begins
    std::size_t record_ = 0;  // where its last record begins
    std::size_t line_ = 0;  // where the next line begins
    std::size_t searched_ = 0;  // no line end between line_ and here
    std::uint64_t chunk_lines_ = 0;
    std::uint64_t chunk_records_ = 0;
    std::uint64_t lines_before_record_ = 0;
    std::uint64_t region_at_ = 0;  // where the region begins in the input
    std::size_t record_bytes_ = 0;  // of the record that the last line belongs to; 0: none to continue

    // A line that is too long: its first bytes, and its length so far.
    std::string cut_line_;
    std::uint64_t cut_bytes_ = 0;

    std::uint64_t lines_ = 0;
    std::uint64_t records_ = 0;
};

}  // namespace logchute
