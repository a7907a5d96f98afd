#include "throughput.hpp"

#include <catch2/catch_test_macros.hpp>
#include <chrono>

using logchute::analyzer::Throughput;
using namespace std::chrono_literals;

TEST_CASE("throughput is the mean of the last whole seconds") {
    Throughput throughput;
    const Throughput::Clock::time_point begin{1000s};
    CHECK(throughput.per_second(begin) == 0);
    for (int second = 0; second < 5; ++second) throughput.add(begin + std::chrono::seconds(second), 100);
    CHECK(throughput.per_second(begin + 4s) == 80);  // the running second is not over
    CHECK(throughput.per_second(begin + 5s) == 100);
    CHECK(throughput.per_second(begin + 7s) == 60);
    CHECK(throughput.per_second(begin + 60s) == 0);
}
