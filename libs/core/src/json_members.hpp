// A member of a JSON object that has been scanned, and what its strings say.
#pragma once

#include <string_view>

#include "arena.hpp"
#include "json_scan.hpp"

namespace logchute::json {

struct ScannedMember {
    Scanned name;
    Scanned value;
};

[[nodiscard]] inline Scanned scanned_string(std::string_view quoted) noexcept {
    return {quoted, Kind::string, quoted.find('\\') != quoted.npos, 0};
}

/// A member of a value that has been scanned, nested at most `depth` deep.
[[nodiscard]] inline ScannedMember scanned_member(const Member& member, std::uint16_t depth) noexcept {
    const Kind kind = kind_of(member.value);
    const Scanned value = kind == Kind::string ? scanned_string(member.value) : Scanned{member.value, kind, false, depth};
    return {scanned_string(member.quoted_key), value};
}

/// A string without its quotes and escapes: a view where nothing is escaped, else in the arena.
[[nodiscard]] inline std::string_view content(const Scanned& string, ParsedBatch::Arena& arena) {
    const std::string_view inner = string.inner();
    if (!string.escaped) return inner;
    char* const out = arena.allocate(inner.size());
    const std::size_t size = unescape(inner, out);
    arena.trim(inner.size(), size);
    return {out, size};
}

/// Three texts one behind the other, with quotes around them. Nothing is escaped: they are parts of strings already, or need no escapes.
[[nodiscard]] inline std::string_view quoted(std::string_view before, std::string_view text, std::string_view after,
                                             ParsedBatch::Arena& arena) {
    const std::size_t size = before.size() + text.size() + after.size() + 2;
    char* const out = arena.allocate(size);
    char* at = out;
    *at++ = '"';
    for (const std::string_view part : {before, text, after}) at += part.copy(at, part.size());
    *at = '"';
    return {out, size};
}

}  // namespace logchute::json
