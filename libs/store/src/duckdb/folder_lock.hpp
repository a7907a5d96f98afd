// One owner of a store's folder at a time.
#pragma once

#include <filesystem>

namespace logchute::store::duck {

/// Held until destroyed, or until the process ends in whatever way. DuckDB locks its files too, but an empty store has none.
/// Failures: the constructor throws StoreOwnedElsewhere, or std::runtime_error where the folder cannot be used.
class FolderLock {
public:
    explicit FolderLock(const std::filesystem::path& folder);
    ~FolderLock();
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

private:
    int file_ = -1;
};

}  // namespace logchute::store::duck
