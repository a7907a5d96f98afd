// Text that came from anywhere, made fit to be shown on a terminal.
#pragma once

#include <string>
#include <string_view>

namespace logchute::runtime {

/// Appends `text` with everything that could steer a terminal or forge a line written out: control characters of ASCII and of ISO 6429's
/// second set, and the marks that turn the direction of writing. Invalid UTF-8 becomes U+FFFD.
void append_printable(std::string& out, std::string_view text);

}  // namespace logchute::runtime
