#include "worker_pool.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <latch>
#include <semaphore>

using namespace logchute::http;

TEST_CASE("jobs run, and those still queued run before the pool ends") {
    std::atomic<int> ran{0};
    {
        WorkerPool pool(3, 1000);
        for (int i = 0; i < 1000; ++i) {
            WorkerPool::Job job = [&] { ++ran; };
            while (!pool.submit(job)) std::this_thread::yield();
        }
    }
    CHECK(ran == 1000);
}

TEST_CASE("a full pool refuses and leaves the job as it is") {
    std::binary_semaphore go{0};
    std::latch running{1};
    std::atomic<int> ran{0};
    {
        WorkerPool pool(1, 2);
        WorkerPool::Job blocker = [&] {
            running.count_down();
            go.acquire();
        };
        REQUIRE(pool.submit(blocker));
        running.wait();
        for (int i = 0; i < 2; ++i) {
            CHECK(pool.has_room());
            WorkerPool::Job job = [&] { ++ran; };
            CHECK(pool.submit(job));
        }
        CHECK_FALSE(pool.has_room());
        WorkerPool::Job refused = [&] { ran += 100; };
        CHECK_FALSE(pool.submit(refused));
        REQUIRE(refused);
        refused();
        go.release();
    }
    CHECK(ran == 102);
}
