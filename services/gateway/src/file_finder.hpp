// Files behind a path, whatever rotation has done to their names.
#pragma once

#include <filesystem>
#include <optional>

#include "file_position.hpp"
#include "file_reader.hpp"
#include "logchute/runtime/unique_fd.hpp"

namespace logchute::gateway {

struct OpenFile {
    runtime::UniqueFd fd;
    FileKey key;
};

/// Opens a regular file for reading. not_found; invalid: no regular file, such as a folder or a pipe; failed: the system's words.
[[nodiscard]] Result<OpenFile> open_file(const std::filesystem::path& path);

/// The file that `position` was in: at `path`, or beside it under the name that rotation gave it. By its first and last bytes as far as it
/// has been read, so that a copy counts (logrotate's copytruncate), and a new file under an old inode does not; by the inode where nothing of
/// it has been read. Of several, the one with the inode.
[[nodiscard]] std::optional<OpenFile> find_file(const std::filesystem::path& path, const FilePosition& position);

}  // namespace logchute::gateway
