// The file .env: NAME=VALUE lines, as shells and compose read them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config_node.hpp"

namespace logchute::runtime {

struct Assignment {
    std::string name;
    std::string value;
    int line;
};

/// Understood: comments, blank lines, `export NAME=...`, values bare (up to the line's end or " #"), in 'single quotes' (as they stand) and
/// in "double quotes" (\n \t \r \" \\ \$); quoted values may span lines. Nothing is expanded: $HOME stays as it is.
/// What is wrong goes to `faults`, and reading goes on with the next line.
[[nodiscard]] std::vector<Assignment> parse_dotenv(std::string_view text, const std::string& file, Faults& faults);

}  // namespace logchute::runtime
