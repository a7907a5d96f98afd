#include "duckdb/quantiles.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace logchute::store::duck;
using Catch::Approx;

TEST_CASE("few numbers have exact percentiles, interpolated between the closest ranks") {
    Quantiles numbers;
    for (int n = 1001; n >= 1; --n) numbers.add(n);
    CHECK(numbers.at(0.50) == 501);
    CHECK(numbers.at(0.90) == 901);
    CHECK(numbers.at(0.95) == 951);
    CHECK(numbers.at(0.99) == 991);
    CHECK(numbers.at(0) == 1);
    CHECK(numbers.at(1) == 1001);
    Quantiles two;
    two.add(1);
    two.add(2);
    CHECK(two.at(0.5) == 1.5);
}

TEST_CASE("many numbers have percentiles within half a percent") {
    Quantiles numbers;
    constexpr int kCount = 100'000;
    for (int n = 0; n < kCount; ++n) numbers.add((n * 7919 % kCount) + 1);
    for (const double q : {0.01, 0.5, 0.9, 0.95, 0.99}) {
        INFO(q);
        CHECK(numbers.at(q) == Approx(1 + q * (kCount - 1)).epsilon(0.005));
    }
}

TEST_CASE("negative numbers and zero keep their place among many") {
    Quantiles numbers;
    for (int n = -5000; n <= 5000; ++n) numbers.add(n / 2);
    CHECK(numbers.at(0.5) == 0);
    CHECK(numbers.at(0.01) == Approx(-2450).epsilon(0.005));
    CHECK(numbers.at(0.99) == Approx(2450).epsilon(0.005));
}

TEST_CASE("numbers gathered apart give the same as together") {
    for (const int count : {10, 3000, 50'000}) {
        INFO(count);
        Quantiles all, even, odd;
        for (int n = 0; n < count; ++n) {
            all.add(n);
            (n % 2 == 0 ? even : odd).add(n);
        }
        even.merge(odd);
        for (const double q : {0.0, 0.5, 0.9, 1.0}) CHECK(even.at(q) == all.at(q));
    }
}
