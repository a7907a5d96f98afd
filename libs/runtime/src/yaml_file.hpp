// YAML as a tree of our own, so that one source file sees yaml-cpp.
#pragma once

#include <optional>
#include <string>

#include "config_node.hpp"

namespace logchute::runtime {

/// Reads a file that must exist. Keys given twice are faults, which yaml-cpp by itself is silent about. Empty where there is no tree at all:
/// no such file, not YAML, more than 4 MiB.
[[nodiscard]] std::optional<ConfigNode> read_yaml_file(const std::string& path, Faults& faults);

}  // namespace logchute::runtime
