// How far apart things must stand that different cores write.
#pragma once

#include <cstddef>

namespace logchute {

/// Two lines of 64 bytes: x86 fetches them in pairs, and a 128-byte line is what Apple's cores have. A constant of ours, because
/// std::hardware_destructive_interference_size changes with compiler flags, and with it the layout of everything that uses it.
inline constexpr std::size_t kCacheLineBytes = 128;

}  // namespace logchute
