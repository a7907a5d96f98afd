#include "header_parameters.hpp"

#include <algorithm>

#include "http_text.hpp"
#include "logchute/core/json_text.hpp"
#include "request_target.hpp"

namespace logchute::http {
namespace {

constexpr std::size_t kFileNameMax = 255;

// A quoted string at the front of `text`, without its quotes; moves behind it. Backslashes quote quotes and backslashes alone: browsers of
// old send Windows paths as they are.
std::optional<std::string> take_quoted(std::string_view& text) {
    std::string value;
    for (std::size_t at = 1; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '"') {
            text.remove_prefix(at + 1);
            return value;
        }
        const bool is_escape = c == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\');
        value += is_escape ? text[++at] : c;
    }
    return std::nullopt;
}

std::string take_plain(std::string_view& text) {
    const auto end = std::min(text.find(';'), text.size());
    const std::string_view value = trim(text.substr(0, end));
    text.remove_prefix(end);
    return std::string(value);
}

// RFC 8187: UTF-8''na%C3%AFve.log. Other character sets are not in use.
std::optional<std::string> decode_extended(std::string_view value) {
    const auto first = value.find('\'');
    const auto second = first == std::string_view::npos ? first : value.find('\'', first + 1);
    if (second == std::string_view::npos || !iequals(value.substr(0, first), "utf-8")) return std::nullopt;
    auto decoded = percent_decode(value.substr(second + 1));
    if (!decoded) return std::nullopt;
    return *std::move(decoded);
}

// At most `max` bytes, cut between two characters.
void cut(std::string& text, std::size_t max) {
    if (text.size() <= max) return;
    const auto is_continuation = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
    while (max > 0 && is_continuation(text[max])) --max;
    text.resize(max);
}

std::string base_name(std::string_view path) {
    const auto slash = path.find_last_of("/\\");
    std::string name(slash == std::string_view::npos ? path : path.substr(slash + 1));
    std::erase_if(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    name = json::to_valid_utf8(name);
    cut(name, kFileNameMax);
    if (name == "." || name == "..") name.clear();
    return name;
}

}  // namespace

const std::string* ParameterizedValue::parameter(std::string_view name) const noexcept {
    const auto it = std::ranges::find(parameters, name, &std::pair<std::string, std::string>::first);
    return it == parameters.end() ? nullptr : &it->second;
}

std::optional<ParameterizedValue> parse_parameterized(std::string_view text) {
    ParameterizedValue parsed{to_lower(take_plain(text)), {}};
    while (!text.empty()) {
        text.remove_prefix(1);  // the semicolon
        text = trim(text);
        if (text.empty() || text.front() == ';') continue;
        const auto equals = text.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        const std::string name = to_lower(trim(text.substr(0, equals)));
        if (!is_token(name)) return std::nullopt;
        text = trim(text.substr(equals + 1));
        std::optional<std::string> value;
        if (text.starts_with('"')) {
            value = take_quoted(text);
            text = trim(text);
            if (!text.empty() && text.front() != ';') return std::nullopt;
        } else {
            value = take_plain(text);
        }
        if (!value) return std::nullopt;
        parsed.parameters.emplace_back(name, *std::move(value));
    }
    return parsed;
}

std::optional<std::string> safe_file_name(const ParameterizedValue& disposition) {
    if (const std::string* extended = disposition.parameter("filename*")) {
        if (const auto decoded = decode_extended(*extended)) return base_name(*decoded);
    }
    const std::string* plain = disposition.parameter("filename");
    if (plain == nullptr) return std::nullopt;
    return base_name(*plain);
}

}  // namespace logchute::http
