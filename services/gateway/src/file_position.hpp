// How far files have been read, on disk.
//
// Nothing is doubled by a crash, where the next start comes within the stream's duplicate window (15 minutes), because what is about to be sent is written down first: `sending` is on disk before the message goes out,
// `stored` follows its acknowledgement. After a crash the bytes between the two are read again and sent again as the same message with the
// same id, which the server knows if it has it; then reading goes on behind them. Where a chunk was cut is thus remembered, not worked out
// anew: the file may have grown meanwhile, and a chunk that had grown under its old id would lose what it had grown by.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "logchute/core/result.hpp"
#include "logchute/runtime/unique_fd.hpp"

namespace logchute::gateway {

/// Of one file, which rotation may have given another name meanwhile.
struct FilePosition {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::string generation;  ///< Names its chunks; another one after each truncation.
    std::uint64_t stored = 0;  ///< Up to here its bytes are in the stream.
    std::uint64_t sending = 0;  ///< Up to here they may be.
    std::uint64_t fingerprint =
        0;  ///< Of its bytes up to `sending`: tells it from a file that has come in its place, under its inode even.
};

/// Of the first `size` bytes of a file: its first and its last KiB of them. Nothing where it has not that many, or cannot be read.
[[nodiscard]] Result<std::uint64_t> fingerprint(int fd, std::uint64_t size);

/// The positions behind one followed path: the file itself, and those that were there before it and are not finished.
/// Threads:  one. Lifetime: holds a lock for as long as it lives; the kernel ends it with the process.
/// Failures: conflict: another process reads this path with the same folder; invalid: the file is damaged; failed: the system's words.
class PositionFile {
public:
    /// Makes the folder where it is absent. `path` is absolute.
    [[nodiscard]] static Result<PositionFile> open(const std::filesystem::path& folder, const std::filesystem::path& path);

    /// None for a path that is new.
    [[nodiscard]] Result<std::vector<FilePosition>> load() const;
    /// Replaces the file in one step; on disk once this has returned.
    [[nodiscard]] Result<void> save(const std::vector<FilePosition>& positions) const;

private:
    PositionFile(std::filesystem::path file, std::string path, runtime::UniqueFd folder, runtime::UniqueFd lock);

    std::filesystem::path file_;
    std::string path_;
    runtime::UniqueFd folder_;
    runtime::UniqueFd lock_;
};

}  // namespace logchute::gateway
