#include "memory_budget.hpp"

#include <catch2/catch_test_macros.hpp>

using logchute::gateway::MemoryBudget;

TEST_CASE("leases share a budget and give back what they held") {
    MemoryBudget budget(100);
    {
        MemoryBudget::Lease one(budget);
        CHECK(one.grow_to(60));
        CHECK(one.grow_to(40));
        CHECK(budget.used() == 60);
        MemoryBudget::Lease two(budget);
        CHECK_FALSE(two.grow_to(41));
        CHECK(budget.used() == 60);
        CHECK(two.grow_to(40));
        CHECK_FALSE(one.grow_to(61));
        CHECK(budget.used() == 100);
    }
    CHECK(budget.used() == 0);
}

TEST_CASE("bodies that the server counts leave less room for leases") {
    MemoryBudget budget(100);
    *budget.counter() += 70;
    MemoryBudget::Lease lease(budget);
    CHECK_FALSE(lease.grow_to(31));
    CHECK(lease.grow_to(30));
    CHECK(budget.used() == 100);
    *budget.counter() -= 70;
    CHECK(lease.grow_to(100));
}
