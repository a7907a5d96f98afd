// A bounded queue between any number of producer and consumer threads, without locks. Dmitry Vyukov's bounded MPMC queue
// (https://www.1024cores.net/home/lock-free-algorithms/queues/bounded-mpmc-queue), written anew.
//
// Why it is right. Each slot has a `turn`, which says whose it is. With n the number of an item, counted over all pushes, its slot n mod
// capacity:
//
//   turn == n                the slot is free for the push of item n
//   turn == n + 1            item n is inside, for the pop of item n
//   turn == n + capacity     item n has been taken: free for the push of item n + capacity, which is the first line again
//
//   push:  [1] read tail_   [2] read turn (acquire)  n: go on; smaller: full; larger: somebody else took n, again from [1]
//          [3] tail_: n -> n + 1 (compare-exchange, relaxed): from here on item n is ours   [4] construct   [5] turn = n + 1 (release)
//   pop:   [6] read head_   [7] read turn (acquire)  n + 1: go on; smaller: empty; larger: again from [6]
//          [8] head_: n -> n + 1 (compare-exchange, relaxed)   [9] move out and destroy     [10] turn = n + capacity (release)
//
//   - A compare-exchange that succeeds at n succeeds for one thread alone, as the counters only grow. So each item has one producer and one
//     consumer, and between [3] and [5], or [8] and [10], the slot belongs to that thread: nobody else gets past [2] or [7] meanwhile.
//   - [5] -> [7]: who sees turn n + 1 sees the item constructed before it. [10] -> [2]: who sees turn n + capacity knows that the old item
//     is gone. These two pairs order everything that is not atomic; so the counters themselves need no order, and relaxed will do.
//   - A stale read of tail_ or head_ costs another round and nothing else: turn decides, and the compare-exchange fails on an old value.
//   - With one slot, n + 1 and n + capacity would be the same turn: therefore at least two.
//   - Counters wrap after 2^64 items; differences are taken as signed numbers, so that even that would be right.
//
// A thread that is stopped between [3] and [5] holds up its slot: consumers that reach it find "empty" until it goes on, though later items
// are ready. None of them waits. In the same way "full" may be said of a slot whose consumer is about to leave it.
//
// Order: items of one producer are popped in the order in which it pushed them; so each consumer sees them in that order.
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

/// Threads:  everything from any thread. Nothing waits or allocates: what to do when the ring is full (block, reject, drop) is the caller's
///           decision, and theirs to count.
/// Lifetime: items still inside are destroyed with the ring, once all threads are done with it.
/// T moves and dies without throwing (a slot once taken cannot be given back); it need not be copyable.
template <class T>
class MpmcRing {
    static_assert(std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T> && std::is_nothrow_destructible_v<T>);

public:
    /// Room for at least `capacity` items: the next power of two, and two at the least.
    explicit MpmcRing(std::size_t capacity)
        : mask_(std::bit_ceil(std::max<std::size_t>(capacity, 2)) - 1), slots_(std::make_unique_for_overwrite<Slot[]>(mask_ + 1)) {
        for (std::size_t at = 0; at <= mask_; ++at) slots_[at].turn.store(at, std::memory_order_relaxed);
    }
    ~MpmcRing() {
        const std::size_t tail = tail_.load(std::memory_order_relaxed);
        for (std::size_t at = head_.load(std::memory_order_relaxed); at != tail; ++at) std::destroy_at(slots_[at & mask_].item());
    }
    MpmcRing(const MpmcRing&) = delete;
    MpmcRing& operator=(const MpmcRing&) = delete;

    /// False where the ring is full; `value` is then left as it was.
    [[nodiscard]] bool try_push(T&& value) noexcept { return try_emplace(std::move(value)); }
    [[nodiscard]] bool try_push(const T& value) noexcept
        requires std::is_nothrow_copy_constructible_v<T>
    {
        return try_emplace(value);
    }
    /// Makes the item in its slot; makes nothing where the ring is full.
    template <class... Args>
        requires std::is_nothrow_constructible_v<T, Args...>
    [[nodiscard]] bool try_emplace(Args&&... args) noexcept {
        std::size_t at = tail_.load(std::memory_order_relaxed);  // [1]
        Slot* const slot = claim(tail_, at, 0);
        if (slot == nullptr) return false;
        ::new (static_cast<void*>(slot->bytes)) T(std::forward<Args>(args)...);  // [4]
        slot->turn.store(at + 1, std::memory_order_release);  // [5]
        return true;
    }

    /// False where the ring is empty; `out` is then left as it was.
    [[nodiscard]] bool try_pop(T& out) noexcept {
        std::size_t at = head_.load(std::memory_order_relaxed);  // [6]
        Slot* const slot = claim(head_, at, 1);
        if (slot == nullptr) return false;
        out = std::move(*slot->item());  // [9]
        std::destroy_at(slot->item());
        slot->turn.store(at + mask_ + 1, std::memory_order_release);  // [10]
        return true;
    }

    /// A rough guess while others move; exact when nobody does. Items being pushed or popped count as inside or not. Never more than
    /// capacity().
    [[nodiscard]] std::size_t size_approx() const noexcept {
        const std::size_t head = head_.load(std::memory_order_acquire);
        const auto size = static_cast<std::ptrdiff_t>(tail_.load(std::memory_order_acquire) - head);
        return size < 0 ? 0 : std::min(static_cast<std::size_t>(size), capacity());
    }
    [[nodiscard]] std::size_t capacity() const noexcept { return mask_ + 1; }

private:
    struct Slot {
        std::atomic<std::size_t> turn;
        alignas(T) std::byte bytes[sizeof(T)];

        T* item() noexcept { return std::launder(reinterpret_cast<T*>(bytes)); }
    };

    /// Takes the first slot at or behind `at` whose turn is its number plus `ready`; null where the next one is not ready.
    Slot* claim(std::atomic<std::size_t>& counter, std::size_t& at, std::size_t ready) noexcept {
        while (true) {
            Slot& slot = slots_[at & mask_];
            const std::size_t turn = slot.turn.load(std::memory_order_acquire);  // [2] [7]
            const auto ahead = static_cast<std::ptrdiff_t>(turn - (at + ready));
            if (ahead == 0) {
                // Weak will do: where it fails for nothing, the next round finds the same turn.
                if (counter.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) return &slot;  // [3] [8]
            } else if (ahead < 0) {
                return nullptr;
            } else {
                at = counter.load(std::memory_order_relaxed);
            }
        }
    }

    // Constant after construction.
    const std::size_t mask_;
    const std::unique_ptr<Slot[]> slots_;

    alignas(kCacheLineBytes) std::atomic<std::size_t> tail_{0};
    alignas(kCacheLineBytes) std::atomic<std::size_t> head_{0};
};

}  // namespace logchute
