// The names of functions in this process, out of the symbol tables of its executable and shared libraries.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace logchute::runtime {

/// For each address the demangled name of the function it lies in, static ones included; empty where no table knows it. Reads the files
/// anew each time and keeps nothing: it is asked once a profile.
[[nodiscard]] std::vector<std::string> function_names(std::span<const std::uintptr_t> addresses);

}  // namespace logchute::runtime
