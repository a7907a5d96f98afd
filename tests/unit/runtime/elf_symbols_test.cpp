#include "elf_symbols.hpp"

#include <dlfcn.h>

#include <array>
#include <catch2/catch_test_macros.hpp>

namespace odd_names {
[[gnu::noinline]] static int one_that_is_static(int n) {
    asm volatile("" : "+r"(n));
    return n * 3;
}
}  // namespace odd_names

TEST_CASE("functions of the executable and of shared libraries are named, and what is none is not") {
    const auto own = reinterpret_cast<std::uintptr_t>(&odd_names::one_that_is_static);
    const auto shared = reinterpret_cast<std::uintptr_t>(dlsym(RTLD_DEFAULT, "getenv"));
    const int on_the_stack = 1;
    const std::array<std::uintptr_t, 6> addresses{own, own + 1, shared, 0, 1, reinterpret_cast<std::uintptr_t>(&on_the_stack)};
    const auto names = logchute::runtime::function_names(addresses);
    REQUIRE(names.size() == addresses.size());
    CHECK(names[0] == "odd_names::one_that_is_static(int)");
    CHECK(names[1] == names[0]);
    CHECK(names[2].find("getenv") != std::string::npos);
    for (std::size_t i = 3; i < names.size(); ++i) CHECK(names[i].empty());
    CHECK(odd_names::one_that_is_static(1) == 3);
}

TEST_CASE("no address has no names") { CHECK(logchute::runtime::function_names({}).empty()); }
