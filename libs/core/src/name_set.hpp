// Which names an object has already: how duplicates are found without comparing each with each, whatever a sender makes up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <random>
#include <string_view>

#include "arena.hpp"

namespace logchute {

/// A set of views: a list on the stack while it is small, which is faster than any hash, then a hash set in the arena. The hash is keyed at
/// random, so that nobody can choose names that collide; what the set answers does not depend on it.
class NameSet {
public:
    explicit NameSet(ParsedBatch::Arena& arena) : arena_(arena) {}
    NameSet(const NameSet&) = delete;
    NameSet& operator=(const NameSet&) = delete;

    /// False where `name` is there already. `name` must stay while the set is used.
    bool insert(std::string_view name) {
        if (capacity_ == 0) {
            for (std::size_t i = 0; i < size_; ++i) {
                if (small()[i] == name) return false;
            }
            if (size_ < kSmall) {
                new (small() + size_++) std::string_view(name);
                return true;
            }
        }
        return insert_hashed(name);
    }

private:
    static constexpr std::size_t kSmall = 16;

    std::string_view* small() noexcept { return std::launder(reinterpret_cast<std::string_view*>(small_)); }

    bool insert_hashed(std::string_view name) {
        if (2 * (size_ + 1) > capacity_) grow();
        std::string_view& slot = find(kept(name));
        if (slot.data() != nullptr) return false;
        slot = kept(name);
        ++size_;
        return true;
    }

    static std::uint64_t hash(std::string_view name) noexcept {
        static const std::uint64_t key = [] {
            std::random_device entropy;
            return static_cast<std::uint64_t>(entropy()) << 32 | entropy() | 1;
        }();
        std::uint64_t state = key ^ name.size();
        while (true) {
            std::uint64_t word = 0;
            const std::size_t size = name.size() < sizeof word ? name.size() : sizeof word;
            std::memcpy(&word, name.data(), size);
            // Multiply and fold: both halves of the product carry every bit of the word.
            const auto product = static_cast<Wide>(state ^ word) * (key ^ 0x9e3779b97f4a7c15U);
            state = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
            name.remove_prefix(size);
            if (name.empty()) return state;
        }
    }

    /// An empty slot has no data; an empty name has.
    static std::string_view kept(std::string_view name) noexcept { return name.data() == nullptr ? std::string_view("") : name; }

    std::string_view& find(std::string_view name) noexcept {
        std::size_t at = hash(name) & (capacity_ - 1);
        while (slots_[at].data() != nullptr && slots_[at] != name) at = (at + 1) & (capacity_ - 1);
        return slots_[at];
    }

    void grow() {
        const bool was_small = capacity_ == 0;
        std::string_view* const old = was_small ? small() : slots_;
        const std::size_t old_capacity = was_small ? size_ : capacity_;
        capacity_ = 4 * (was_small ? kSmall : capacity_);
        slots_ = arena_.allocate_array<std::string_view>(capacity_);
        for (std::size_t i = 0; i < capacity_; ++i) new (slots_ + i) std::string_view();
        for (std::size_t i = 0; i < old_capacity; ++i) {
            if (was_small || old[i].data() != nullptr) find(kept(old[i])) = kept(old[i]);
        }
    }

    __extension__ using Wide = unsigned __int128;

    ParsedBatch::Arena& arena_;
    alignas(std::string_view) std::byte small_[kSmall * sizeof(std::string_view)];  // left as it is: a set pays for the names it has
    std::string_view* slots_ = nullptr;
    std::size_t capacity_ = 0;  // of the hash set; 0 while it is a list
    std::size_t size_ = 0;
};

}  // namespace logchute
