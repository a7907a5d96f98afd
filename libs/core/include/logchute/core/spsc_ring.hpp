// A bounded queue between exactly one producer thread and one consumer thread, without locks.
//
// Why it is right. `tail_` counts items pushed, `head_` items popped; both only grow (and wrap, which unsigned subtraction survives), and
// the slot of item n is n mod capacity. Only the producer writes `tail_`, only the consumer writes `head_`, so each may read its own with
// relaxed order.
//
//   push:  [1] read head_ (acquire)   [2] construct in the slot    [3] tail_ = n + 1 (release)
//   pop:   [4] read tail_ (acquire)   [5] move out and destroy     [6] head_ = n + 1 (release)
//
//   - [3] -> [4]: who sees the new tail sees the item constructed before it. So [5] never meets a slot that is only half written.
//   - [6] -> [1]: who sees the new head knows that the old item is gone from the slot. So [2] never writes over an item still being moved.
//   - Each side keeps a copy of the other's counter and reads the real one again only when the copy says full, or empty. A stale copy errs
//     on the safe side, as the counters only grow: the ring may look fuller, or emptier, than it is by then. The item behind a counter
//     that was read long ago is still visible: the acquire that read it happened before, in the same thread.
//   - The two counters stand on lines of their own, each beside its owner's copy of the other: in the steady state a push touches no line
//     that the consumer writes, apart from the slots themselves.
//
// No fences, so ThreadSanitizer sees all of it.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "logchute/core/cache_line.hpp"

namespace logchute {

/// Threads:  try_push() and try_emplace() from one thread at a time, the producer; try_pop() and pop_batch() from one, the consumer; the
/// rest
///           from any. The role may pass to another thread if something else orders the two (joining the first, a mutex). Nothing waits or
///           allocates: what to do when the ring is full (block, reject, drop) is the caller's decision, and theirs to count.
/// Lifetime: items still inside are destroyed with the ring, once both threads are done with it.
/// T moves and dies without throwing; it need not be copyable.
template <class T>
class SpscRing {
    static_assert(std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T> && std::is_nothrow_destructible_v<T>);

public:
    /// Room for at least `capacity` items: the next power of two, all of whose slots are used.
    explicit SpscRing(std::size_t capacity)
        : mask_(std::bit_ceil(capacity < 1 ? 1 : capacity) - 1), slots_(std::make_unique_for_overwrite<Slot[]>(mask_ + 1)) {}
    ~SpscRing() {
        const std::size_t tail = tail_.load(std::memory_order_relaxed);
        for (std::size_t at = head_.load(std::memory_order_relaxed); at != tail; ++at) std::destroy_at(item(at));
    }
    SpscRing(const SpscRing&) = delete;
    SpscRing& operator=(const SpscRing&) = delete;

    /// False where the ring is full; `value` is then left as it was.
    [[nodiscard]] bool try_push(T&& value) noexcept { return try_emplace(std::move(value)); }
    [[nodiscard]] bool try_push(const T& value) noexcept(std::is_nothrow_copy_constructible_v<T>)
        requires std::is_copy_constructible_v<T>
    {
        return try_emplace(value);
    }
    /// Makes the item in its slot; makes nothing where the ring is full.
    template <class... Args>
    [[nodiscard]] bool try_emplace(Args&&... args) noexcept(std::is_nothrow_constructible_v<T, Args...>) {
        const std::size_t tail = tail_.load(std::memory_order_relaxed);
        if (tail - head_seen_ > mask_) {
            head_seen_ = head_.load(std::memory_order_acquire);  // [1]
            if (tail - head_seen_ > mask_) return false;
        }
        ::new (slot(tail)) T(std::forward<Args>(args)...);  // [2]
        tail_.store(tail + 1, std::memory_order_release);  // [3]
        return true;
    }

    /// False where the ring is empty; `out` is then left as it was.
    [[nodiscard]] bool try_pop(T& out) noexcept {
        return pop_batch(1, [&out](T&& value) noexcept { out = std::move(value); }) == 1;
    }
    /// Hands up to `max` items, in order, to `sink(T&&)`; how many it were. Their slots are given back together at the end: fewer writes
    /// that the producer must wait for. Where `sink` throws, the items it was given are gone, that one included, and the rest stay.
    template <class Sink>
    std::size_t pop_batch(std::size_t max, Sink&& sink) {
        const std::size_t head = head_.load(std::memory_order_relaxed);
        if (tail_seen_ - head < max) tail_seen_ = tail_.load(std::memory_order_acquire);  // [4]
        const std::size_t count = std::min(tail_seen_ - head, max);
        if (count == 0) return 0;
        GiveBack taken{head_, head};
        while (taken.head != head + count) {
            T* const source = item(taken.head);
            ++taken.head;
            const std::unique_ptr<T, Destroy> at_the_end(source);
            sink(std::move(*source));  // [5]
        }
        return count;
    }

    /// As of some moment during the call: exact for whoever is the only one to move, a rough guess for others. Never more than capacity().
    [[nodiscard]] std::size_t size_approx() const noexcept {
        const std::size_t head = head_.load(std::memory_order_acquire);
        const std::size_t size = tail_.load(std::memory_order_acquire) - head;  // not negative: the tail is read after the head
        return std::min(size, capacity());
    }
    [[nodiscard]] std::size_t capacity() const noexcept { return mask_ + 1; }

private:
    struct Slot {
        alignas(T) std::byte bytes[sizeof(T)];
    };
    struct Destroy {
        void operator()(T* at) const noexcept { std::destroy_at(at); }
    };
    /// Publishes how far the consumer has come, however it leaves.
    struct GiveBack {
        std::atomic<std::size_t>& shared;
        std::size_t head;
        ~GiveBack() { shared.store(head, std::memory_order_release); }  // [6]
    };

    void* slot(std::size_t at) noexcept { return slots_[at & mask_].bytes; }
    T* item(std::size_t at) noexcept { return std::launder(reinterpret_cast<T*>(slots_[at & mask_].bytes)); }

    // Constant after construction.
    const std::size_t mask_;
    const std::unique_ptr<Slot[]> slots_;

    // The producer's.
    alignas(kCacheLineBytes) std::atomic<std::size_t> tail_{0};
    std::size_t head_seen_ = 0;

    // The consumer's.
    alignas(kCacheLineBytes) std::atomic<std::size_t> head_{0};
    std::size_t tail_seen_ = 0;
};

}  // namespace logchute
