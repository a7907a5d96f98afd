// A list for the time of one line, without an allocation of its own.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <type_traits>

#include "arena.hpp"

namespace logchute {

/// A vector of trivial things that starts on the stack and goes on in the arena.
template <class T, std::size_t kSmall>
class ArenaList {
public:
    explicit ArenaList(ParsedBatch::Arena& arena) : arena_(arena), items_(reinterpret_cast<T*>(small_)) {}
    ArenaList(const ArenaList&) = delete;
    ArenaList& operator=(const ArenaList&) = delete;

    void push_back(const T& item) { *append() = item; }
    /// A new item at the end, not initialised.
    T* append() {
        if (size_ == capacity_) grow();
        return new (items_ + size_++) T;
    }
    void pop_back() noexcept { --size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] T* begin() noexcept { return items_; }
    [[nodiscard]] T* end() noexcept { return items_ + size_; }
    void resize_down(std::size_t size) noexcept { size_ = size; }

private:
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

    void grow() {
        T* const items = arena_.allocate_array<T>(2 * capacity_);
        std::memcpy(static_cast<void*>(items), items_, size_ * sizeof(T));
        items_ = items;
        capacity_ *= 2;
    }

    ParsedBatch::Arena& arena_;
    alignas(T) std::byte small_[kSmall * sizeof(T)];  // left as it is: a line pays for the items it has
    T* items_;
    std::size_t capacity_ = kSmall;
    std::size_t size_ = 0;
};

}  // namespace logchute
