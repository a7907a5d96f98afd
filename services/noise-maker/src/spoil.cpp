#include <algorithm>

#include "formats.hpp"

namespace logchute::noise {
namespace {

constexpr std::string_view kGarbage = "~~ \xC3\x28 \xFE\xFF ~~";  // no UTF-8 in either half

/// Keeps a beginning of the line, from one byte up to `share` of it.
void cut(std::string& line, double share, Random& random) {
    const auto most = static_cast<std::uint32_t>(static_cast<double>(line.size()) * share);
    line.resize(1 + random.below(std::max(most, 1U)));
}

/// An object that never closes, closes twice, or has a bare word in it.
void spoil_json(std::string& line, Random& random) {
    switch (random.below(3)) {
        case 0: cut(line, 0.9, random); return;
        case 1: line += '}'; return;
        default: line.insert(1, "oops,");
    }
}

/// No key=value left in it.
void spoil_logfmt(std::string& line, Random& random) {
    std::erase_if(line, [](char c) { return c == '=' || c == '"'; });
    if (random.chance(0.5)) cut(line, 0.5, random);
}

/// Cut off before the request ends, or with the brackets of the time gone.
void spoil_clf(std::string& line, Random& random) {
    if (random.chance(0.5)) {
        line.resize(std::min(line.size(), line.find('"') + 1));
        cut(line, 1, random);
    } else {
        std::erase_if(line, [](char c) { return c == '[' || c == ']'; });
    }
}

/// A priority that is none, or one that does not end.
void spoil_syslog(std::string& line, Random& random) {
    const std::size_t close = line.find('>');
    line.replace(0, close + 1, random.chance(0.5) ? "<999>" : "<13");
}

void spoil_plain(std::string& line, Random& random) {
    cut(line, 0.9, random);
    line += kGarbage;
}

}  // namespace

void spoil_line(std::string& out, std::size_t begin, Format format, Random& random) {
    std::string line = out.substr(begin, out.size() - begin - 1);
    switch (format) {
        case Format::json: spoil_json(line, random); break;
        case Format::logfmt: spoil_logfmt(line, random); break;
        case Format::clf: spoil_clf(line, random); break;
        case Format::syslog: spoil_syslog(line, random); break;
        case Format::automatic:
        case Format::plain: spoil_plain(line, random); break;
    }
    out.replace(begin, std::string::npos, line);
    out += '\n';
}

}  // namespace logchute::noise
