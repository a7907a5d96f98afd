#include "request_target.hpp"

#include "http_text.hpp"

namespace logchute::http {
namespace {

// "http://host:80/a" -> "/a". A proxy's form, which every server has to take.
std::string_view without_authority(std::string_view target) noexcept {
    const auto scheme = target.find("://");
    if (scheme == std::string_view::npos) return target;
    const std::string_view name = target.substr(0, scheme);
    if (!iequals(name, "http") && !iequals(name, "https")) return target;
    const std::string_view rest = target.substr(scheme + 3);
    const auto path = rest.find_first_of("/?");
    return path == std::string_view::npos ? std::string_view{"/"} : rest.substr(path);
}

bool has_dot_segment(std::string_view path) noexcept {
    while (!path.empty()) {
        const auto slash = path.find('/');
        const std::string_view segment = path.substr(0, slash);
        if (segment == "." || segment == "..") return true;
        if (slash == std::string_view::npos) return false;
        path.remove_prefix(slash + 1);
    }
    return false;
}

Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> query;
    while (!text.empty()) {
        const auto end = text.find('&');
        const std::string_view pair = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        auto name = percent_decode(pair.substr(0, equals), true);
        if (!name) return std::unexpected(name.error());
        auto value = percent_decode(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true);
        if (!value) return std::unexpected(value.error());
        query.emplace_back(*std::move(name), *std::move(value));
    }
    return query;
}

}  // namespace

Result<std::string> percent_decode(std::string_view text, bool plus_is_space) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '+' && plus_is_space) {
            decoded += ' ';
        } else if (c != '%') {
            decoded += c;
        } else {
            const int high = at + 1 < text.size() ? hex_value(text[at + 1]) : -1;
            const int low = at + 2 < text.size() ? hex_value(text[at + 2]) : -1;
            if (high < 0 || low < 0) {
                return fail(Errc::invalid, "The address has a '%' that two hexadecimal digits do not follow. Write a percent sign as %25.");
            }
            decoded += static_cast<char>(high * 16 + low);
            at += 2;
        }
    }
    return decoded;
}

Result<Target> parse_target(std::string_view target) {
    if (target == "*") return Target{"*", {}};
    target = without_authority(target);
    target = target.substr(0, target.find('#'));
    const auto question = target.find('?');
    auto path = percent_decode(target.substr(0, question));
    if (!path) return std::unexpected(path.error());
    if (path->empty() && question == 0) *path = "/";
    if (!path->starts_with('/')) return fail(Errc::invalid, "The address has to begin with a slash, as in /health.");
    if (path->find('\0') != std::string::npos) return fail(Errc::invalid, "The path holds a NUL byte. Leave out the %00.");
    if (has_dot_segment(*path)) return fail(Errc::invalid, "The path has a segment '.' or '..'. Send the path it stands for.");

    Target parsed{*std::move(path), {}};
    if (question != std::string_view::npos) {
        auto query = parse_query(target.substr(question + 1));
        if (!query) return std::unexpected(query.error());
        parsed.query = *std::move(query);
    }
    return parsed;
}

}  // namespace logchute::http
