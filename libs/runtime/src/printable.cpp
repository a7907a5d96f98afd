#include "printable.hpp"

#include "logchute/core/json_text.hpp"

namespace logchute::runtime {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

void append_escape(std::string& out, char c) {
    if (c == '\n') {
        out += "\\n";
    } else if (c == '\t') {
        out += "\\t";
    } else if (c == '\r') {
        out += "\\r";
    } else {
        const auto byte = static_cast<unsigned char>(c);
        out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    }
}

// Bytes of the sequence at the front of `text` that has to be written out; 0: none. `text` is valid UTF-8 and not empty.
std::size_t hostile_size(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (byte(0) < 0x20 || byte(0) == 0x7F) return 1;
    if (byte(0) == 0xC2 && byte(1) < 0xA0) return 2;  // U+0080 to U+009F
    if (byte(0) != 0xE2) return 0;
    const bool turns = (byte(1) == 0x80 && byte(2) >= 0xAA && byte(2) <= 0xAE) ||  // U+202A to U+202E
                       (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9);    // U+2066 to U+2069
    const bool breaks = byte(1) == 0x80 && (byte(2) == 0xA8 || byte(2) == 0xA9);   // line and paragraph separators
    return turns || breaks ? 3 : 0;
}

}  // namespace

void append_printable(std::string& out, std::string_view text) {
    std::string mended;
    if (!json::is_valid_utf8(text)) {
        mended = json::to_valid_utf8(text);
        text = mended;
    }
    while (!text.empty()) {
        const std::size_t hostile = hostile_size(text);
        for (std::size_t i = 0; i < hostile; ++i) append_escape(out, text[i]);
        if (hostile == 0) out += text.front();
        text.remove_prefix(hostile == 0 ? 1 : hostile);
    }
}

}  // namespace logchute::runtime
