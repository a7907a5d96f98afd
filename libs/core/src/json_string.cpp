#include "json_string.hpp"

namespace logchute::json {
namespace {

constexpr std::uint32_t kReplacement = 0xfffd;

char* put_utf8(char* out, std::uint32_t character) noexcept {
    const auto put = [&out](std::uint32_t byte) { *out++ = static_cast<char>(static_cast<unsigned char>(byte)); };
    if (character < 0x80) {
        put(character);
    } else if (character < 0x800) {
        put(0xc0 | character >> 6);
        put(0x80 | (character & 0x3f));
    } else if (character < 0x10000) {
        put(0xe0 | character >> 12);
        put(0x80 | (character >> 6 & 0x3f));
        put(0x80 | (character & 0x3f));
    } else {
        put(0xf0 | character >> 18);
        put(0x80 | (character >> 12 & 0x3f));
        put(0x80 | (character >> 6 & 0x3f));
        put(0x80 | (character & 0x3f));
    }
    return out;
}

/// Reads the "uXXXX" at `at` (and the second half of a pair behind it); leaves `at` where it is if there is none.
char* unescape_unicode(const char*& at, const char* end, char* out) noexcept {
    const int unit = end - at < 5 ? -1 : hex4(at + 1);
    if (unit < 0) {
        *out++ = '\\';
        return out;
    }
    at += 5;
    auto character = static_cast<std::uint32_t>(unit);
    if (is_high_surrogate(unit) && end - at >= 6 && at[0] == '\\' && at[1] == 'u' && is_low_surrogate(hex4(at + 2))) {
        character = 0x10000 + ((character - 0xd800) << 10) + static_cast<std::uint32_t>(hex4(at + 2) - 0xdc00);
        at += 6;
    } else if (is_high_surrogate(unit) || is_low_surrogate(unit)) {
        character = kReplacement;
    }
    return put_utf8(out, character);
}

/// The character that `escape` stands for behind a backslash; 0 where it is none of the short ones.
char short_escape(char escape) noexcept {
    switch (escape) {
        case '"':
        case '\\':
        case '/': return escape;
        case 'n': return '\n';
        case 't': return '\t';
        case 'r': return '\r';
        case 'b': return '\b';
        case 'f': return '\f';
        default: return 0;
    }
}

}  // namespace

std::size_t unescape(std::string_view inner, char* out) noexcept {
    const char* at = inner.data();
    const char* const end = at + inner.size();
    char* const begin = out;
    while (at != end) {
        const auto left = static_cast<std::size_t>(end - at);
        const auto* backslash = static_cast<const char*>(std::memchr(at, '\\', left));
        const std::size_t plain = backslash == nullptr ? left : static_cast<std::size_t>(backslash - at);
        std::memcpy(out, at, plain);
        out += plain;
        at += plain;
        if (at == end) break;
        ++at;
        if (at != end && *at == 'u') {
            out = unescape_unicode(at, end, out);
        } else if (const char c = at == end ? '\0' : short_escape(*at)) {
            *out++ = c;
            ++at;
        } else {
            *out++ = '\\';
        }
    }
    return static_cast<std::size_t>(out - begin);
}

std::size_t utf8_length(const char* at, const char* end, std::size_t& bad) noexcept {
    const auto byte = [at](std::size_t i) { return static_cast<unsigned char>(at[i]); };
    const unsigned lead = byte(0);
    bad = 1;
    if (lead < 0x80) return 1;
    if (lead < 0xc2 || lead > 0xf4) return 0;
    const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    // The second byte has narrower bounds after these leads: no overlong forms, no surrogates, nothing past U+10FFFF.
    const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    const auto left = static_cast<std::size_t>(end - at);
    for (; bad < length; ++bad) {
        if (bad == left) return 0;
        if (byte(bad) < (bad == 1 ? low : 0x80) || byte(bad) > (bad == 1 ? high : 0xbf)) return 0;
    }
    return length;
}

}  // namespace logchute::json
