#include "file_follower.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <condition_variable>
#include <utility>

#include "logchute/runtime/logging.hpp"

namespace logchute::gateway {

FileFollower::FileFollower(std::filesystem::path path, FollowOptions options, PositionFile positions, ChunkSink& sink)
    : path_(std::move(path)), options_(options), positions_(std::move(positions)), sink_(sink) {}

Result<void> FileFollower::run(const std::stop_token& stop) {
    auto done = resume();
    if (done) done = options_.follow ? follow(stop) : read_to_end(stop);
    const bool was_stopped = !done && done.error().code == Errc::closed && stop.stop_requested();
    if (auto saved = save(); !saved) return saved;
    return was_stopped ? Result<void>() : done;
}

/// The files of the last run, wherever they are now.
Result<void> FileFollower::resume() {
    const auto positions = positions_.load();
    if (!positions) return std::unexpected(positions.error());
    for (const FilePosition& position : *positions) {
        if (auto file = find_file(path_, position)) {
            add(std::move(*file), position);
        } else {
            runtime::log_warn("a file that was not finished is gone, or holds something else now",
                              {{"path", path_.native()}, {"inode", position.inode}, {"read", position.stored}});
            is_unsaved_ = true;
        }
    }
    return {};
}

Result<void> FileFollower::read_to_end(const std::stop_token& stop) {
    if (auto looked = look(); !looked) return looked;
    const auto is_waiting = [&] { return FileReader::Clock::now() - readers_.back()->quiet_since() < options_.last_line_wait; };
    do {
        const auto has_news = read_all(stop);
        if (!has_news) return std::unexpected(has_news.error());
        if (!*has_news && readers_.back()->has_partial_line()) wait(stop);
    } while (!stop.stop_requested() && readers_.back()->has_partial_line() && is_waiting());
    if (stop.stop_requested()) return {};
    for (std::size_t i = 0; i < readers_.size(); ++i)
        if (auto done = readers_[i]->finish(); !done) return done;
    // What rotation had left is finished now; the file itself may grow, and goes on from here the next time.
    std::erase_if(readers_, [&](const auto& reader) { return reader->key() != at_path_; });
    is_unsaved_ = true;
    return {};
}

Result<void> FileFollower::follow(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        if (auto looked = look(); !looked && looked.error().detail != trouble_) {
            trouble_ = looked.error().detail;
            runtime::log_warn("waiting for a file", {{"cause", trouble_}});
        }
        const auto has_news = read_all(stop);
        if (!has_news) return std::unexpected(has_news.error());
        if (auto done = retire(); !done) return done;
        // While there is news, each chunk's note of what is about to be sent says where the last one ended.
        if (!*has_news)
            if (auto saved = save(); !saved) return saved;
        wait(stop);
    }
    return {};
}

/// Opens what has come under the path's name.
Result<void> FileFollower::look() {
    const auto is_known = [&](FileKey key) { return std::ranges::any_of(readers_, [&](const auto& it) { return it->key() == key; }); };
    at_path_.reset();
    struct stat info{};
    if (::stat(path_.c_str(), &info) == 0 && is_known(key_of(info))) {
        at_path_ = key_of(info);
        return {};
    }
    auto file = open_file(path_);
    if (!file) return std::unexpected(file.error());
    trouble_.clear();
    at_path_ = file->key;
    if (is_known(file->key)) return {};
    runtime::log_info("reading a file", {{"path", path_.native()}, {"inode", file->key.inode}});
    add(std::move(*file));
    return save();  // known at once: the next rotation may come before anything of it is sent, and a stop in between
}

Result<bool> FileFollower::read_all(const std::stop_token& stop) {
    bool has_news = false;
    // By number: while a chunk waits to be stored, look() may add a reader.
    for (std::size_t i = 0; i < readers_.size(); ++i) {
        FileReader& reader = *readers_[i];
        if (reader.is_rewritten())
            if (auto begun = start_over(reader); !begun) return std::unexpected(begun.error());
        const auto news = reader.read_on(stop);
        if (!news) return std::unexpected(news.error());
        has_news |= *news;
        if (stop.stop_requested()) break;
        // Without `follow`, nobody writes any more to what rotation has renamed.
        const bool is_whole = !options_.follow && reader.key() != at_path_;
        if (auto flushed = is_whole ? reader.finish() : reader.flush(); !flushed) return std::unexpected(flushed.error());
    }
    return has_news;
}

/// The file has been truncated. If it was copied before, the copy has what was not read yet.
Result<void> FileFollower::start_over(FileReader& reader) {
    auto copy = find_file(path_, reader.position());
    if (copy && copy->key == reader.key()) {
        reader.rewind();
        return {};
    }
    runtime::log_info("a file was truncated; reading it from its start", {{"path", path_.native()}, {"read", reader.position().stored}});
    if (copy) {
        FilePosition position = reader.position();
        position.device = copy->key.device;
        position.inode = copy->key.inode;
        add(std::move(*copy), std::move(position));
    } else if (auto done = reader.finish(); !done) {
        return done;
    }
    reader.start_over(fresh_id());
    is_unsaved_ = true;
    return {};
}

/// Files without the path's name end once they are quiet: somebody may write to them for a while.
Result<void> FileFollower::retire() {
    for (std::size_t i = 0; i < readers_.size();) {
        FileReader& reader = *readers_[i];
        const bool is_over = at_path_ ? reader.key() != *at_path_ : reader.is_deleted();
        if (!is_over || FileReader::Clock::now() - reader.quiet_since() < options_.rotated_quiet) {
            ++i;
            continue;
        }
        if (auto done = reader.finish(); !done) return done;
        runtime::log_info("finished a file", {{"path", path_.native()}, {"inode", reader.key().inode}, {"read", reader.position().stored}});
        readers_.erase(readers_.begin() + static_cast<std::ptrdiff_t>(i));
        is_unsaved_ = true;
    }
    return {};
}

void FileFollower::add(OpenFile file, std::optional<FilePosition> position) {
    if (!position) position = FilePosition{.generation = fresh_id()};
    position->device = file.key.device;
    position->inode = file.key.inode;
    const auto give_to_sink = [this](FileReader& reader, const Chunk& chunk, std::uint64_t end) { return give(reader, chunk, end); };
    readers_.push_back(std::make_unique<FileReader>(std::move(file.fd), *std::move(position), options_.chunks, give_to_sink));
    is_unsaved_ = true;
}

Result<void> FileFollower::give(FileReader& reader, const Chunk& chunk, std::uint64_t end) {
    const std::string id = reader.position().generation + '-' + std::to_string(reader.position().stored) + '-' + std::to_string(end);
    reader.sending(end);
    is_unsaved_ = true;
    if (auto saved = save(); !saved) return saved;
    // Rotations go on while we wait: the files are opened, so that none is missed, and read later.
    const auto keep_up = [this] { (void)look(); };
    if (auto taken = sink_.take(chunk, id, keep_up); !taken) return taken;
    reader.stored();
    is_unsaved_ = true;
    return {};
}

Result<void> FileFollower::save() {
    if (!is_unsaved_) return {};
    std::vector<FilePosition> positions;
    positions.reserve(readers_.size());
    for (const auto& reader : readers_) positions.push_back(reader->position());
    auto saved = positions_.save(positions);
    if (saved) is_unsaved_ = false;
    return saved;
}

void FileFollower::wait(const std::stop_token& stop) const {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, stop, options_.poll, [] { return false; });
}

}  // namespace logchute::gateway
