#include "file_finder.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace logchute::gateway {
namespace {

// Beside a log file there may be its whole history; what was read last is among the newest, but their names do not say which.
constexpr int kLookedAtMax = 10'000;

bool is_it(const OpenFile& file, const FilePosition& position) {
    if (position.sending == 0) return file.key == FileKey{position.device, position.inode};
    const auto print = fingerprint(file.fd.get(), position.sending);
    return print && *print == position.fingerprint;
}

}  // namespace

Result<OpenFile> open_file(const std::filesystem::path& path) {
    // Not blocking: a pipe without a writer would keep us.
    runtime::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat info{};
    if (!fd || ::fstat(fd.get(), &info) != 0) {
        const int error = errno;
        return fail(error == ENOENT ? Errc::not_found : Errc::failed,
                    "cannot open " + path.string() + ": " + std::system_category().message(error));
    }
    if (!S_ISREG(info.st_mode)) return fail(Errc::invalid, path.string() + " is no regular file; give pipes to --stdin");
    return OpenFile{std::move(fd), key_of(info)};
}

std::optional<OpenFile> find_file(const std::filesystem::path& path, const FilePosition& position) {
    const FileKey key{position.device, position.inode};
    std::optional<OpenFile> found;
    const auto look_at = [&](const std::filesystem::path& candidate) {
        auto file = open_file(candidate);
        if (!file || !is_it(*file, position)) return false;
        const bool is_best = file->key == key;
        if (is_best || !found) found = std::move(*file);
        return is_best;
    };
    if (look_at(path)) return found;
    const std::string name = path.filename().native();
    std::error_code error;
    std::filesystem::directory_iterator entries(path.parent_path(), error);
    for (int looked_at = 0; !error && entries != std::filesystem::directory_iterator() && looked_at < kLookedAtMax;
         entries.increment(error)) {
        if (!entries->path().filename().native().starts_with(name)) continue;
        ++looked_at;
        if (look_at(entries->path())) break;
    }
    return found;
}

}  // namespace logchute::gateway
