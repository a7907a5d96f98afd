// Our rings beside well-known ones of Debian's packages: boost::lockfree (libboost-dev) and moodycamel's queues (libreaderwriterqueue-dev,
// libconcurrentqueue-dev; left out where they are not installed). An item is a pointer and a size, as a batch on its way between threads
// is.

#include <benchmark/benchmark.h>

#include <boost/lockfree/queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "logchute/core/mpmc_ring.hpp"
#include "logchute/core/spsc_ring.hpp"

#if __has_include(<readerwriterqueue/readerwriterqueue.h>)
#include <readerwriterqueue/readerwriterqueue.h>
#define LOGCHUTE_BENCH_READERWRITERQUEUE
#endif
#if __has_include(<concurrentqueue/concurrentqueue.h>)
#include <concurrentqueue/concurrentqueue.h>
#define LOGCHUTE_BENCH_CONCURRENTQUEUE
#endif

namespace {

struct Item {
    const void* data;
    std::size_t size;
};

constexpr std::size_t kCapacity = 1024;
constexpr std::size_t kItemsPerRun = 1U << 18U;

// One face for all of them.

template <template <class> class Ring>
struct Ours {
    Ring<Item> ring{kCapacity};
    bool push(const Item& item) { return ring.try_push(item); }
    bool pop(Item& item) { return ring.try_pop(item); }
};

struct BoostSpsc {
    boost::lockfree::spsc_queue<Item, boost::lockfree::capacity<kCapacity>> ring;
    bool push(const Item& item) { return ring.push(item); }
    bool pop(Item& item) { return ring.pop(item); }
};

struct BoostMpmc {
    boost::lockfree::queue<Item, boost::lockfree::capacity<kCapacity>> ring;
    bool push(const Item& item) { return ring.bounded_push(item); }
    bool pop(Item& item) { return ring.pop(item); }
};

#ifdef LOGCHUTE_BENCH_READERWRITERQUEUE
struct MoodycamelSpsc {
    moodycamel::ReaderWriterQueue<Item> ring{kCapacity};
    bool push(const Item& item) { return ring.try_enqueue(item); }
    bool pop(Item& item) { return ring.try_dequeue(item); }
};
#endif

#ifdef LOGCHUTE_BENCH_CONCURRENTQUEUE
/// Not one order for all, but one for each producer: an easier promise.
struct MoodycamelMpmc {
    moodycamel::ConcurrentQueue<Item> ring{kCapacity};
    bool push(const Item& item) { return ring.try_enqueue(item); }
    bool pop(Item& item) { return ring.try_dequeue(item); }
};
#endif

/// What a push and a pop cost where nobody else is there.
template <class Queue>
void alone(benchmark::State& state) {
    Queue queue;
    Item item{nullptr, 0};
    for (auto _ : state) {
        ++item.size;
        benchmark::DoNotOptimize(queue.push(item));
        benchmark::DoNotOptimize(queue.pop(item));
    }
    state.SetItemsProcessed(state.iterations());
}

template <class Queue>
void push_all(Queue& queue, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        while (!queue.push({nullptr, i})) std::this_thread::yield();
    }
}

template <class Queue>
void pop_all(Queue& queue, std::size_t count) {
    Item item{};
    std::size_t sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
        while (!queue.pop(item)) std::this_thread::yield();
        sum += item.size;
    }
    benchmark::DoNotOptimize(sum);
}

/// Items from `range(0)` producers to as many consumers.
template <class Queue>
void between_threads(benchmark::State& state) {
    const auto pairs = static_cast<std::size_t>(state.range(0));
    for (auto _ : state) {
        Queue queue;
        std::vector<std::jthread> threads;
        threads.reserve(2 * pairs);
        for (std::size_t i = 0; i < pairs; ++i) threads.emplace_back([&queue, pairs] { push_all(queue, kItemsPerRun / pairs); });
        for (std::size_t i = 1; i < pairs; ++i) threads.emplace_back([&queue, pairs] { pop_all(queue, kItemsPerRun / pairs); });
        pop_all(queue, kItemsPerRun / pairs);
        threads.clear();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kItemsPerRun));
}

/// Ours, taking what is there at once.
void spsc_in_batches(benchmark::State& state) {
    for (auto _ : state) {
        logchute::SpscRing<Item> ring(kCapacity);
        const std::jthread producer([&ring] {
            for (std::size_t i = 0; i < kItemsPerRun; ++i) {
                while (!ring.try_push({nullptr, i})) std::this_thread::yield();
            }
        });
        std::size_t sum = 0;
        for (std::size_t popped = 0; popped < kItemsPerRun;) {
            const std::size_t batch = ring.pop_batch(256, [&sum](Item&& item) { sum += item.size; });
            if (batch == 0) std::this_thread::yield();
            popped += batch;
        }
        benchmark::DoNotOptimize(sum);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kItemsPerRun));
}

}  // namespace

BENCHMARK(alone<Ours<logchute::SpscRing>>)->Name("alone/spsc/logchute");
BENCHMARK(alone<BoostSpsc>)->Name("alone/spsc/boost");
BENCHMARK(alone<Ours<logchute::MpmcRing>>)->Name("alone/mpmc/logchute");
BENCHMARK(alone<BoostMpmc>)->Name("alone/mpmc/boost");
BENCHMARK(spsc_in_batches)->Name("threads/spsc/logchute_batch")->UseRealTime();
BENCHMARK(between_threads<Ours<logchute::SpscRing>>)->Name("threads/spsc/logchute")->Arg(1)->UseRealTime();
BENCHMARK(between_threads<BoostSpsc>)->Name("threads/spsc/boost")->Arg(1)->UseRealTime();
BENCHMARK(between_threads<Ours<logchute::MpmcRing>>)->Name("threads/mpmc/logchute")->Arg(1)->Arg(2)->Arg(4)->UseRealTime();
BENCHMARK(between_threads<BoostMpmc>)->Name("threads/mpmc/boost")->Arg(1)->Arg(2)->Arg(4)->UseRealTime();
#ifdef LOGCHUTE_BENCH_READERWRITERQUEUE
BENCHMARK(alone<MoodycamelSpsc>)->Name("alone/spsc/moodycamel");
BENCHMARK(between_threads<MoodycamelSpsc>)->Name("threads/spsc/moodycamel")->Arg(1)->UseRealTime();
#endif
#ifdef LOGCHUTE_BENCH_CONCURRENTQUEUE
BENCHMARK(alone<MoodycamelMpmc>)->Name("alone/mpmc/moodycamel");
BENCHMARK(between_threads<MoodycamelMpmc>)->Name("threads/mpmc/moodycamel")->Arg(1)->Arg(2)->Arg(4)->UseRealTime();
#endif
