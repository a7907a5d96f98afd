// The distinct term hashes of a block while it is open.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace logchute::store::duck {

/// An open-addressing set behind a small cache of what came lately: nearly all terms of a log line were in one of the lines before it, and
/// the cache stays in the core's own memory while the set does not. What is new waits a little, until its slot has come from memory.
class TermSet {
public:
    void insert(std::uint64_t hash) {
        hash |= 1;  // 0 marks an empty slot. Readers of the filter set the bit too.
        auto& recent = recent_[(hash >> 17) % recent_.size()];
        if (recent == hash) return;
        recent = hash;
        __builtin_prefetch(&slots_[slot_of(hash)]);
        const auto ready = std::exchange(waiting_[next_waiting_++ % waiting_.size()], hash);
        if (ready != 0) settle(ready);
    }

    [[nodiscard]] std::size_t size() {
        settle_all();
        return size_;
    }

    template <class Visitor>
    void for_each(Visitor&& visit) {
        settle_all();
        for (const auto slot : slots_) {
            if (slot != 0) visit(slot);
        }
    }

    void clear() {
        // A block's worth is kept; what an unusual one needed beyond it is given back.
        if (slots_.size() > kSlotsKept)
            slots_ = std::vector<std::uint64_t>(kSlotsMin);
        else
            std::fill(slots_.begin(), slots_.end(), 0);
        recent_.fill(0);
        waiting_.fill(0);
        size_ = 0;
    }

private:
    static constexpr std::size_t kSlotsMin = 1U << 12;
    static constexpr std::size_t kSlotsKept = 1U << 20;

    [[nodiscard]] std::size_t slot_of(std::uint64_t hash) const noexcept { return (hash >> 1) & (slots_.size() - 1); }

    void settle_all() {
        for (auto& hash : waiting_) {
            if (hash != 0) settle(std::exchange(hash, 0));
        }
    }

    void settle(std::uint64_t hash) {
        if ((size_ + 1) * 2 > slots_.size()) grow();
        if (place(hash)) ++size_;
    }

    bool place(std::uint64_t hash) {
        for (std::size_t at = slot_of(hash);; at = (at + 1) & (slots_.size() - 1)) {
            if (slots_[at] == hash) return false;
            if (slots_[at] == 0) {
                slots_[at] = hash;
                return true;
            }
        }
    }

    void grow() {
        std::vector<std::uint64_t> old(slots_.size() * 2);
        old.swap(slots_);
        for (const auto hash : old) {
            if (hash != 0) place(hash);
        }
    }

    std::vector<std::uint64_t> slots_ = std::vector<std::uint64_t>(kSlotsMin);
    std::array<std::uint64_t, 1024> recent_{};
    std::array<std::uint64_t, 16> waiting_{};
    std::size_t next_waiting_ = 0;
    std::size_t size_ = 0;
};

}  // namespace logchute::store::duck
