// Promises that our code makes to itself.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace logchute::detail {

/// Written with stdio and nothing else: when a promise is broken, the logger may be what broke it.
[[noreturn, gnu::cold, gnu::noinline]] inline void bug(const char* expression, const char* file, int line) noexcept {
    std::fprintf(stderr, "BUG: %s:%d: %s\n", file, line, expression);
    std::abort();
}

}  // namespace logchute::detail

/// Ends the process with "BUG: file:line: expression" on standard error where `condition` does not hold; in release builds too. For
/// mistakes in our own code alone: no input from outside may be able to reach one.
#define LOGCHUTE_ASSERT(condition)                                   \
    do {                                                             \
        if (!(condition)) [[unlikely]]                               \
            ::logchute::detail::bug(#condition, __FILE__, __LINE__); \
    } while (false)
