#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include "logchute/core/mpmc_ring.hpp"
#include "logchute/core/spsc_ring.hpp"

using logchute::MpmcRing;
using logchute::SpscRing;

namespace {

/// Moves only, and counts how many of its kind are alive.
class Counted {
public:
    explicit Counted(int value = 0) noexcept : value_(std::make_unique<int>(value)) { ++alive; }
    Counted(Counted&& other) noexcept : value_(std::move(other.value_)) { ++alive; }
    Counted& operator=(Counted&&) noexcept = default;
    ~Counted() { --alive; }
    [[nodiscard]] bool has_value() const noexcept { return value_ != nullptr; }
    [[nodiscard]] int value() const noexcept { return *value_; }

    static inline std::atomic<int> alive{0};

private:
    std::unique_ptr<int> value_;
};

/// Every result of 20,000 random pushes and pops is that of a deque with a limit.
template <class Ring>
void check_against_deque(std::size_t wanted, std::size_t expected_capacity, std::uint32_t seed) {
    std::mt19937 random(seed);
    {
        Ring ring(wanted);
        REQUIRE(ring.capacity() == expected_capacity);
        std::deque<int> model;
        for (int i = 0; i < 20'000; ++i) {
            // Long runs one way and then the other, so that both ends are reached.
            const bool filling = i / 50 % 2 == 0;
            if (random() % 4 != 0 ? filling : !filling) {
                Counted item(i);
                const bool pushed = ring.try_push(std::move(item));
                REQUIRE(pushed == (model.size() < expected_capacity));
                REQUIRE(item.has_value() != pushed);  // NOLINT(bugprone-use-after-move): left as it was, if not pushed
                if (pushed) model.push_back(i);
            } else {
                Counted item(-1);
                const bool popped = ring.try_pop(item);
                REQUIRE(popped == !model.empty());
                REQUIRE(item.value() == (popped ? model.front() : -1));
                if (popped) model.pop_front();
            }
            REQUIRE(ring.size_approx() == model.size());
            REQUIRE(Counted::alive == static_cast<int>(model.size()));
        }
    }
    REQUIRE(Counted::alive == 0);
}

struct Item {
    std::uint32_t producer = 0;
    std::uint32_t number = 0;
    std::unique_ptr<std::uint32_t> check;  // what TSan and ASan would miss in numbers shows in memory that changes hands
};

}  // namespace

TEST_CASE("a ring of one producer and one consumer behaves as a deque with a limit") {
    const struct {
        std::size_t wanted, capacity;
    } cases[] = {{0, 1}, {1, 1}, {2, 2}, {3, 4}, {8, 8}, {33, 64}};
    for (const auto& [wanted, capacity] : cases) {
        INFO("capacity " << wanted);
        check_against_deque<SpscRing<Counted>>(wanted, capacity, 7);
    }
}

TEST_CASE("a ring of many behaves as a deque with a limit while one thread uses it") {
    const struct {
        std::size_t wanted, capacity;
    } cases[] = {{0, 2}, {1, 2}, {2, 2}, {3, 4}, {8, 8}, {33, 64}};
    for (const auto& [wanted, capacity] : cases) {
        INFO("capacity " << wanted);
        check_against_deque<MpmcRing<Counted>>(wanted, capacity, 8);
    }
}

TEST_CASE("items left in a ring are destroyed with it") {
    {
        SpscRing<Counted> one(8);
        MpmcRing<Counted> many(8);
        // Six through first, so that those left stand across the end of the slots.
        for (int i = 0; i < 11; ++i) {
            Counted item;
            REQUIRE(one.try_emplace(i));
            REQUIRE(many.try_emplace(i));
            if (i < 6) REQUIRE((one.try_pop(item) && many.try_pop(item)));
        }
        REQUIRE(Counted::alive == 10);
    }
    REQUIRE(Counted::alive == 0);
}

TEST_CASE("copyable items can be pushed as copies") {
    const std::shared_ptr<int> shared = std::make_shared<int>(1);
    SpscRing<std::shared_ptr<int>> one(2);
    MpmcRing<std::shared_ptr<int>> many(2);
    REQUIRE(one.try_push(shared));
    REQUIRE(many.try_push(shared));
    REQUIRE(shared.use_count() == 3);
}

TEST_CASE("a batch is popped in order, up to its limit, across the end of the slots") {
    SpscRing<int> ring(8);
    std::vector<int> seen;
    const auto keep = [&seen](int value) { seen.push_back(value); };
    for (int i = 0; i < 6; ++i) REQUIRE(ring.try_push(i));
    REQUIRE(ring.pop_batch(0, keep) == 0);
    REQUIRE(ring.pop_batch(4, keep) == 4);
    for (int i = 6; i < 12; ++i) REQUIRE(ring.try_push(i));
    REQUIRE_FALSE(ring.try_push(12));
    REQUIRE(ring.pop_batch(100, keep) == 8);
    REQUIRE(ring.pop_batch(100, keep) == 0);
    REQUIRE(seen == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
}

TEST_CASE("a sink that throws loses the item it was given and no other") {
    {
        SpscRing<Counted> ring(4);
        for (int i = 0; i < 4; ++i) REQUIRE(ring.try_emplace(i));
        int calls = 0;
        const auto throw_at_second = [&calls](Counted&&) {
            if (++calls == 2) throw std::runtime_error("sink");
        };
        REQUIRE_THROWS(ring.pop_batch(4, throw_at_second));
        REQUIRE(ring.size_approx() == 2);
        Counted item(-1);
        REQUIRE(ring.try_pop(item));
        REQUIRE(item.value() == 2);
        REQUIRE(ring.try_emplace(4));
    }
    REQUIRE(Counted::alive == 0);
}

TEST_CASE("between two threads every item arrives once and in order") {
    constexpr std::uint32_t kItems = 50'000;
    for (const std::size_t capacity : {1U, 2U, 64U}) {
        for (const std::size_t batch : {1U, 7U}) {
            SpscRing<Item> ring(capacity);
            const std::jthread producer([&ring] {
                for (std::uint32_t i = 0; i < kItems; ++i) {
                    Item item{0, i, std::make_unique<std::uint32_t>(i)};
                    // NOLINTNEXTLINE(bugprone-use-after-move): what was not pushed is left as it was
                    while (!ring.try_push(std::move(item))) std::this_thread::yield();
                }
            });
            std::uint32_t expected = 0;
            std::uint32_t wrong = 0;
            const auto check = [&](Item&& item) {
                wrong += item.number != expected || *item.check != expected ? 1U : 0U;
                ++expected;
            };
            while (expected < kItems) {
                if (ring.pop_batch(batch, check) == 0) std::this_thread::yield();
                wrong += ring.size_approx() > ring.capacity() ? 1U : 0U;
            }
            REQUIRE(wrong == 0);
            REQUIRE(ring.size_approx() == 0);
        }
    }
}

TEST_CASE("between many threads every item arrives once, and those of one producer in order") {
    constexpr std::uint32_t kThreads = 4;
    constexpr std::uint32_t kItems = 20'000;
    for (const std::size_t capacity : {2U, 8U, 256U}) {
        MpmcRing<Item> ring(capacity);
        std::vector<std::vector<std::uint8_t>> seen(kThreads, std::vector<std::uint8_t>(kItems));  // [producer][number]
        std::atomic<std::uint32_t> left{kThreads * kItems};
        std::atomic<std::uint32_t> wrong{0};
        {
            std::vector<std::jthread> threads;
            threads.reserve(2U * kThreads);
            for (std::uint32_t producer = 0; producer < kThreads; ++producer) {
                threads.emplace_back([&ring, producer] {
                    for (std::uint32_t i = 0; i < kItems; ++i) {
                        Item item{producer, i, std::make_unique<std::uint32_t>(i)};
                        // NOLINTNEXTLINE(bugprone-use-after-move): what was not pushed is left as it was
                        while (!ring.try_push(std::move(item))) std::this_thread::yield();
                    }
                });
            }
            for (std::uint32_t consumer = 0; consumer < kThreads; ++consumer) {
                threads.emplace_back([&] {
                    std::vector<std::int64_t> newest(kThreads, -1);
                    Item item;
                    while (left.load(std::memory_order_relaxed) != 0) {
                        if (!ring.try_pop(item)) {
                            std::this_thread::yield();
                            continue;
                        }
                        left.fetch_sub(1, std::memory_order_relaxed);
                        const bool in_order = item.number > newest[item.producer];
                        if (!in_order || *item.check != item.number) wrong.fetch_add(1, std::memory_order_relaxed);
                        newest[item.producer] = item.number;
                        ++seen[item.producer][item.number];  // a byte a number: no two threads share one unless an item came twice
                    }
                });
            }
        }
        REQUIRE(wrong == 0);
        for (const auto& numbers : seen) REQUIRE(numbers == std::vector<std::uint8_t>(kItems, 1));
        REQUIRE(ring.size_approx() == 0);
    }
}

TEST_CASE("threads that push and pop at random leave a ring of many with what was pushed and not popped") {
    constexpr int kThreads = 4;
    {
        MpmcRing<Counted> ring(16);
        std::atomic<int> inside{0};
        {
            std::vector<std::jthread> threads;
            threads.reserve(kThreads);
            for (int thread = 0; thread < kThreads; ++thread) {
                threads.emplace_back([&ring, &inside, thread] {
                    std::mt19937 random(static_cast<std::uint32_t>(thread));
                    Counted item;
                    for (int i = 0; i < 20'000; ++i) {
                        if (random() % 2 == 0) {
                            if (ring.try_emplace(i)) inside.fetch_add(1, std::memory_order_relaxed);
                        } else if (ring.try_pop(item)) {
                            inside.fetch_sub(1, std::memory_order_relaxed);
                        }
                    }
                });
            }
        }
        REQUIRE(ring.size_approx() == static_cast<std::size_t>(inside.load()));
        REQUIRE(Counted::alive == inside.load());
    }
    REQUIRE(Counted::alive == 0);
}
