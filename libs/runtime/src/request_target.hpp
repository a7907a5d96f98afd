// The target of a request line, "/logs/search?q=a+b", taken apart and decoded. Hostile text.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "logchute/core/result.hpp"

namespace logchute::http {

struct Target {
    std::string path;  ///< Decoded; begins with '/'; no dot segments, no NUL. "*" for OPTIONS *.
    std::vector<std::pair<std::string, std::string>> query;
};

/// Origin form ("/a?b=c"), absolute form ("http://host/a?b=c") and "*". Errc::invalid: a broken escape, a NUL in the path, a segment "." or
/// ".." however it is written, anything else. An escaped slash separates segments like a plain one.
[[nodiscard]] Result<Target> parse_target(std::string_view target);

/// Percent-decodes; `plus_is_space` as in forms. Errc::invalid: a '%' without two hexadecimal digits.
[[nodiscard]] Result<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

}  // namespace logchute::http
