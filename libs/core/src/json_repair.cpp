#include "json_repair.hpp"

#include "json_scan.hpp"

namespace logchute::json {
namespace {

/// Copies the escape at `at` (a backslash) and returns what is behind it.
std::size_t copy_escape(std::string& out, std::string_view line, std::size_t at) {
    if (line[at + 1] != 'u') {
        out.append(line, at, 2);
        return at + 2;
    }
    const int unit = hex4(line.data() + at + 2);
    const std::string_view next = line.substr(at + 6);
    if (is_high_surrogate(unit) && next.starts_with("\\u") && is_low_surrogate(hex4(next.data() + 2))) {
        out.append(line, at, 12);
        return at + 12;
    }
    if (is_high_surrogate(unit) || is_low_surrogate(unit)) {
        out += "\\ufffd";
    } else {
        out.append(line, at, 6);
    }
    return at + 6;
}

std::size_t copy_string(std::string& out, std::string_view line, std::size_t at) {
    out += line[at++];
    while (line[at] != '"') {
        if (line[at] == '\\') {
            at = copy_escape(out, line, at);
        } else {
            out += line[at++];
        }
    }
    out += '"';
    return at + 1;
}

}  // namespace

std::string repaired(std::string_view line) {
    std::string out;
    out.reserve(line.size() + 16);
    std::size_t at = 0;
    while (at < line.size()) {
        const char c = line[at];
        if (c == '"') {
            at = copy_string(out, line, at);
        } else {
            out += c;
            ++at;
        }
    }
    return out;
}

}  // namespace logchute::json
