// A stream in memory, for what ships chunks.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "shipper.hpp"

namespace logchute::test {

/// Keeps chunks as JetStream does: one whose id is known already is taken and not kept. Can be told to fail.
class MemorySink final : public gateway::ChunkSink {
public:
    Result<void> take(const Chunk& chunk, const std::string& id, const std::function<void()>& while_waiting) override {
        if (while_waiting) while_waiting();
        const std::lock_guard lock(mutex_);
        if (fail_before_ > 0 && --fail_before_ == 0) return fail(Errc::closed, "killed before");
        if (ids_.insert(id).second) {
            text_ += chunk.text;
            if (!text_.ends_with('\n')) text_ += '\n';
            cut_from_ = chunk.cut_from_bytes;
            ++chunks_;
        }
        if (fail_after_ > 0 && --fail_after_ == 0) return fail(Errc::closed, "killed after");
        return {};
    }

    [[nodiscard]] std::string text() const {
        const std::lock_guard lock(mutex_);
        return text_;
    }
    [[nodiscard]] std::size_t chunks() const {
        const std::lock_guard lock(mutex_);
        return chunks_;
    }
    [[nodiscard]] std::uint64_t cut_from() const {
        const std::lock_guard lock(mutex_);
        return cut_from_;
    }
    /// The n-th chunk from now on is not taken, or taken without the answer arriving: as if the process were killed there.
    void fail_before(int n) { fail_before_ = n; }
    void fail_after(int n) { fail_after_ = n; }

private:
    mutable std::mutex mutex_;
    std::set<std::string> ids_;
    std::string text_;
    std::size_t chunks_ = 0;
    std::uint64_t cut_from_ = 0;
    int fail_before_ = 0;
    int fail_after_ = 0;
};

}  // namespace logchute::test
