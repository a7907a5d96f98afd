// Which names have a series of their own.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>

namespace logchute::analyzer {

/// The first so many names that anyone asks for; shared by all workers, so that a name that has a series keeps it, and no counter ever falls.
/// Threads: any. Asked once a worker and name, so a lock costs nothing.
class KnownNames {
public:
    explicit KnownNames(std::size_t names_max) : names_max_(names_max) {}

    /// Whether `name` has a series of its own; makes it one while there is room.
    [[nodiscard]] bool admit(const std::string& name) {
        const std::lock_guard lock(mutex_);
        if (names_.contains(name)) return true;
        if (names_.size() >= names_max_) return false;
        names_.insert(name);
        return true;
    }

private:
    const std::size_t names_max_;
    std::mutex mutex_;
    std::unordered_set<std::string> names_;
};

}  // namespace logchute::analyzer
