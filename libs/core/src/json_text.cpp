#include "logchute/core/json_text.hpp"

#include <simdjson.h>

#include <array>
#include <cstddef>

#include "json_string.hpp"

namespace logchute::json {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::size_t skip_space(std::string_view text, std::size_t at) noexcept {
    while (at < text.size() && is_space(text[at])) ++at;
    return at;
}

/// Behind the string that begins at `at`; npos where it is not closed.
std::size_t skip_string(std::string_view text, std::size_t at) noexcept {
    const char* const end = text.data() + text.size();
    bool beyond_ascii = false;
    const char* here = text.data() + at + 1;
    while ((here = find_special(here, end, end, beyond_ascii)) != end) {
        if (*here == '"') return static_cast<std::size_t>(here - text.data()) + 1;
        here += *here == '\\' && end - here > 1 ? 2 : 1;
    }
    return std::string_view::npos;
}

/// Behind the object or array that begins at `at`, told by counting brackets.
std::size_t skip_container(std::string_view text, std::size_t at) noexcept {
    std::size_t depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            at = skip_string(text, at);
            continue;  // npos ends the loop
        }
        ++at;
        if (c == '{' || c == '[') ++depth;
        if ((c == '}' || c == ']') && --depth == 0) return at;
    }
    return std::string_view::npos;
}

std::size_t skip_value(std::string_view text, std::size_t at) noexcept {
    if (at >= text.size()) return std::string_view::npos;
    if (text[at] == '"') return skip_string(text, at);
    if (text[at] == '{' || text[at] == '[') return skip_container(text, at);
    const std::size_t begin = at;
    while (at < text.size() && text[at] != ',' && text[at] != '}' && text[at] != ']' && !is_space(text[at])) ++at;
    return at == begin ? std::string_view::npos : at;
}

std::string_view without_quotes(std::string_view string) noexcept {
    return string.size() >= 2 && string.front() == '"' && string.back() == '"' ? string.substr(1, string.size() - 2) : string;
}

bool key_equals(std::string_view quoted_key, std::string_view key) noexcept {
    const std::string_view inner = without_quotes(quoted_key);
    if (inner.find('\\') == inner.npos) return inner == key;
    // An escape is never shorter than what it stands for, and at most six bytes for one.
    if (key.size() > inner.size()) return false;
    constexpr std::size_t kChunk = 256;
    if (inner.size() <= kChunk) {
        std::array<char, kChunk> buffer;
        return std::string_view(buffer.data(), unescape(inner, buffer.data())) == key;
    }
    try {
        std::string scratch;
        return unquote(quoted_key, scratch) == key;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

void append_escape(std::string& out, char c) {
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        case '\b': out += "\\b"; return;
        case '\f': out += "\\f"; return;
        default: break;
    }
    constexpr std::string_view kHex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    const char escape[] = {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
    out.append(escape, sizeof escape);
}

/// Appends well-formed UTF-8; sets `beyond_ascii` where there was any, so that the caller can check what it has done.
void append_escaped(std::string& out, std::string_view text, bool& beyond_ascii) {
    const char* at = text.data();
    const char* const end = at + text.size();
    while (true) {
        const char* const special = find_special(at, end, end, beyond_ascii);
        out.append(at, static_cast<std::size_t>(special - at));
        if (special == end) return;
        append_escape(out, *special);
        at = special + 1;
    }
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
    const std::size_t begin = out.size();
    bool beyond_ascii = false;
    out += '"';
    append_escaped(out, text, beyond_ascii);
    if (beyond_ascii && !is_valid_utf8(text)) {
        out.resize(begin + 1);
        append_escaped(out, to_valid_utf8(text), beyond_ascii);
    }
    out += '"';
}

Kind kind_of(std::string_view value) noexcept {
    switch (value.empty() ? 'n' : value.front()) {
        case '{': return Kind::object;
        case '[': return Kind::array;
        case '"': return Kind::string;
        case 't':
        case 'f': return Kind::boolean;
        case 'n': return Kind::null;
        default: return Kind::number;
    }
}

std::optional<Member> next_member(std::string_view object, std::size_t& at) noexcept {
    at = skip_space(object, at);
    if (at >= object.size() || (object[at] != '{' && object[at] != ',')) return std::nullopt;
    const std::size_t key = skip_space(object, at + 1);
    if (key >= object.size() || object[key] != '"') return std::nullopt;
    const std::size_t key_end = skip_string(object, key);
    if (key_end == object.npos) return std::nullopt;
    const std::size_t colon = skip_space(object, key_end);
    if (colon >= object.size() || object[colon] != ':') return std::nullopt;
    const std::size_t value = skip_space(object, colon + 1);
    const std::size_t value_end = skip_value(object, value);
    if (value_end == object.npos) return std::nullopt;
    at = value_end;
    return Member{object.substr(key, key_end - key), object.substr(value, value_end - value)};
}

std::optional<std::string_view> find_key(std::string_view object, std::string_view key) noexcept {
    std::size_t at = 0;
    while (const auto member = next_member(object, at)) {
        if (key_equals(member->quoted_key, key)) return member->value;
    }
    return std::nullopt;
}

std::optional<std::string_view> find_path(std::string_view object, std::string_view path) noexcept {
    if (const auto value = find_key(object, path)) return value;
    for (std::size_t dot = path.find('.'); dot != path.npos; dot = path.find('.', dot + 1)) {
        const auto inner = find_key(object, path.substr(0, dot));
        if (!inner || kind_of(*inner) != Kind::object) continue;
        if (const auto value = find_path(*inner, path.substr(dot + 1))) return value;
    }
    return std::nullopt;
}

std::string_view unquote(std::string_view string, std::string& scratch) {
    const std::string_view inner = without_quotes(string);
    if (inner.find('\\') == inner.npos) return inner;
    scratch.resize(inner.size());
    scratch.resize(unescape(inner, scratch.data()));
    return scratch;
}

bool is_valid_utf8(std::string_view text) noexcept { return simdjson::validate_utf8(text.data(), text.size()); }

std::string to_valid_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
        std::size_t bad = 0;
        if (const std::size_t length = utf8_length(at, end, bad)) {
            out.append(at, length);
            at += length;
        } else {
            out += kReplacement;
            at += bad;
        }
    }
    return out;
}

}  // namespace logchute::json
