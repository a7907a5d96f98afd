// One path, read to its end or followed for ever.
#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

#include "file_finder.hpp"
#include "file_position.hpp"
#include "file_reader.hpp"
#include "shipper.hpp"

namespace logchute::gateway {

struct FollowOptions {
    ChunkOptions chunks;
    bool follow = false;
    std::chrono::milliseconds poll{100};          ///< How often a file is looked at for more.
    std::chrono::milliseconds rotated_quiet{60'000};  ///< A file that has lost its name is done with once nothing has come for so long.
    std::chrono::milliseconds last_line_wait{1'000};  ///< Without `follow`: what a last line may take to get its end.
};

/// Reads what is behind a path from where the last run stopped: without loss and without doubling, over kills too (see file_position.hpp).
/// With `follow` it goes on: a file that is not there yet, growth, rotation by renaming (the old file is read on beside the new one until it
/// is quiet) and by truncation, deletion. A new file is read from its start. A line waits for its end, and for a moment for lines that
/// continue its record. Looks every `poll`, which works on every file system.
/// Left to the rotation: what is truncated before it was read, and a file that came and went under another name while nobody looked, which
/// takes two rotations during one stop of the gateway.
/// Threads:  run() on one. Lifetime: borrows the sink.
/// Failures: the sink's; not_found, invalid, failed: the file cannot be opened (with `follow`, it is waited for); failed: a position cannot
///           be kept, and without it a crash would double.
class FileFollower {
public:
    FileFollower(std::filesystem::path path, FollowOptions options, PositionFile positions, ChunkSink& sink);

    /// Until the stop, or without `follow` until the end. What has been read and not sent by then is read again next time.
    [[nodiscard]] Result<void> run(const std::stop_token& stop);

private:
    [[nodiscard]] Result<void> resume();
    [[nodiscard]] Result<void> read_to_end(const std::stop_token& stop);
    [[nodiscard]] Result<void> follow(const std::stop_token& stop);

    [[nodiscard]] Result<void> look();
    [[nodiscard]] Result<bool> read_all(const std::stop_token& stop);
    [[nodiscard]] Result<void> start_over(FileReader& reader);
    [[nodiscard]] Result<void> retire();
    void add(OpenFile file, std::optional<FilePosition> position = {});
    [[nodiscard]] Result<void> give(FileReader& reader, const Chunk& chunk, std::uint64_t end);
    [[nodiscard]] Result<void> save();
    void wait(const std::stop_token& stop) const;

    const std::filesystem::path path_;
    const FollowOptions options_;
    const PositionFile positions_;
    ChunkSink& sink_;
    std::deque<std::unique_ptr<FileReader>> readers_;  ///< Oldest first.
    std::optional<FileKey> at_path_;  ///< The file that has the path's name now.
    bool is_unsaved_ = false;
    std::string trouble_;  ///< Why the path cannot be opened; told once.
};

}  // namespace logchute::gateway
