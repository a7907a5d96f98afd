// Small files, whole.
#pragma once

#include <cstddef>
#include <string>

#include "logchute/core/result.hpp"

namespace logchute::runtime {

inline constexpr std::size_t kTextFileBytesMax = 4U << 20;

/// The bytes of a file of at most kTextFileBytesMax; also of a pipe. not_found, too_large, failed; the detail does not repeat the path.
[[nodiscard]] Result<std::string> read_text_file(const std::string& path);

}  // namespace logchute::runtime
