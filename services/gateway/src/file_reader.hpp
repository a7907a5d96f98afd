// One open file, read as it grows.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "file_position.hpp"
#include "logchute/core/line_chunker.hpp"
#include "logchute/runtime/unique_fd.hpp"

namespace logchute::gateway {

/// What tells one file from another while both are there.
struct FileKey {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    friend bool operator==(const FileKey&, const FileKey&) = default;
};
[[nodiscard]] FileKey key_of(const struct stat& info) noexcept;

/// Reads a file from a position on and cuts it into chunks. Holds it open: it is read to its end whatever becomes of its name.
/// Threads:  one. Lifetime: borrows what `give` refers to.
/// Failures: those of `give`; failed where the file cannot be read.
class FileReader {
public:
    using Clock = std::chrono::steady_clock;
    /// Stores a chunk: the file's bytes from position().stored up to `end`. Calls sending() before, and stored() once it is there.
    using Give = std::function<Result<void>(FileReader&, const Chunk&, std::uint64_t end)>;

    /// `position` is the file's own, or a fresh one whose key is filled in.
    FileReader(runtime::UniqueFd fd, FilePosition position, ChunkOptions chunks, Give give);
    FileReader(const FileReader&) = delete;
    FileReader& operator=(const FileReader&) = delete;

    [[nodiscard]] const FilePosition& position() const noexcept { return position_; }
    [[nodiscard]] FileKey key() const noexcept { return {position_.device, position_.inode}; }
    /// Since when there has been nothing new.
    [[nodiscard]] Clock::time_point quiet_since() const noexcept { return quiet_since_; }
    [[nodiscard]] bool is_deleted() const;
    [[nodiscard]] bool has_partial_line() const noexcept { return ends_within_line_; }
    /// Whether the file holds other bytes than those that were read: it has been truncated, and written anew perhaps.
    [[nodiscard]] bool is_rewritten();

    /// Up to the end as it is now, or the stop: true where there was something new. What was being sent when the process ended goes first.
    [[nodiscard]] Result<bool> read_on(const std::stop_token& stop);
    /// What has come goes out, a record that may go on only once the file has been quiet for a moment.
    [[nodiscard]] Result<void> flush();
    /// The end: a last line without line end as well.
    [[nodiscard]] Result<void> finish();
    /// Back to what is stored: the file has lost bytes behind it.
    void rewind();
    /// From the start again, as another file.
    void start_over(std::string generation);

    void sending(std::uint64_t end);
    void stored() noexcept { position_.stored = position_.sending; }

private:
    [[nodiscard]] bool still_ends_as_read() const;
    void make_chunker(std::uint64_t chunk_bytes);
    [[nodiscard]] Result<void> repeat_last_chunk();
    [[nodiscard]] Result<std::uint64_t> read_some(std::uint64_t bytes_max);

    const runtime::UniqueFd fd_;
    const ChunkOptions chunks_;
    const Give give_;
    FilePosition position_;
    std::uint64_t start_ = 0;  ///< Where the chunker began.
    std::uint64_t read_ = 0;  ///< Where reading goes on.
    Clock::time_point quiet_since_ = Clock::now();
    bool ends_within_line_ = false;
    std::string last_read_;  ///< The bytes in front of read_, some of them: to know them again.
    std::optional<struct stat> seen_;  ///< When the bytes were last compared.
    std::optional<LineChunker> chunker_;
    std::string buffer_;
};

}  // namespace logchute::gateway
