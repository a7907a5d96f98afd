#include "duckdb/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "logchute/store/duckdb_store.hpp"

namespace logchute::store::duck {
namespace {

std::string owner_of(int file) {
    char text[32] = {};
    const auto size = ::pread(file, text, sizeof text - 1, 0);
    return size > 0 ? " (process " + std::string(text, static_cast<std::size_t>(size)) + ")" : "";
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder) {
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    if (problem) throw std::runtime_error("the store's folder " + folder.string() + " cannot be made: " + problem.message());
    const auto path = folder / "store.lock";
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file_ < 0) throw std::runtime_error("the store cannot write " + path.string() + ": " + std::strerror(errno));
    if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
        const auto why = errno;
        const auto owner = owner_of(file_);
        ::close(file_);
        if (why == EWOULDBLOCK) throw StoreOwnedElsewhere("the store in " + folder.string() + " belongs to another process" + owner);
        throw std::runtime_error("the store cannot lock " + path.string() + ": " + std::strerror(why));
    }
    const auto owner = std::to_string(::getpid());
    if (::ftruncate(file_, 0) == 0)
        static_cast<void>(!::pwrite(file_, owner.data(), owner.size(), 0));  // For people; the lock is what counts.
}

FolderLock::~FolderLock() { ::close(file_); }

}  // namespace logchute::store::duck
