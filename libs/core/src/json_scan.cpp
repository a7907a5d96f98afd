#include "json_scan.hpp"

#include <charconv>

namespace logchute::json {
namespace {

void set(Scanned& out, const char* begin, const char* end, Kind kind, unsigned depth) noexcept {
    out.text = std::string_view(begin, static_cast<std::size_t>(end - begin));
    out.kind = kind;
    out.escaped = false;
    out.depth = static_cast<std::uint16_t>(depth);
}

}  // namespace

const char* Scanner::any(const char* at, Scanned& out) {
    switch (at == end_ ? '\0' : *at) {
        case '"': return string(at, out);
        case '{':
        case '[': return container(at, out);
        case 't': return literal(at, out, "true", Kind::boolean);
        case 'f': return literal(at, out, "false", Kind::boolean);
        case 'n': return literal(at, out, "null", Kind::null);
        default: return number(at, out);
    }
}

const char* Scanner::container(const char* at, Scanned& out) {
    if (level_ == kScanDepthMax) return fail(at, "values are nested more than 512 deep");
    const unsigned deepest_before = deepest_;
    deepest_ = ++level_;
    const bool is_object = *at == '{';
    const char* const end = is_object ? nested_object(at) : array(at);
    if (end == nullptr) return nullptr;
    --level_;
    set(out, at, end, is_object ? Kind::object : Kind::array, deepest_ - level_);
    if (deepest_ < deepest_before) deepest_ = deepest_before;
    return end;
}

const char* Scanner::nested_object(const char* at) {
    return object(at, [this](const Scanned& key, const char* begin) {
        constexpr std::size_t kQuotedRejected = sizeof("\"_rejected\"") - 1;
        if ((key.text.size() == kQuotedRejected && key.text[1] == '_') || key.escaped) may_have_rejected_ = true;
        Scanned value;
        return any(begin, value);
    });
}

const char* Scanner::array(const char* at) {
    at = skip_space(at + 1);
    if (is(at, ']')) return at + 1;
    while (true) {
        Scanned value;
        at = any(at, value);
        if (at == nullptr) return nullptr;
        at = skip_space(at);
        if (is(at, ']')) return at + 1;
        if (!is(at, ',')) return fail(at, at == end_ ? "the array is not closed" : "expected ',' or ']'");
        at = skip_space(at + 1);
    }
}

const char* Scanner::escape(const char* at) noexcept {
    switch (end_ - at < 2 ? '\0' : at[1]) {
        case '"':
        case '\\':
        case '/':
        case 'b':
        case 'f':
        case 'n':
        case 'r':
        case 't': return at + 2;
        case 'u': return unicode_escape(at);
        default: return fail(at, "there is no such escape in JSON");
    }
}

const char* Scanner::unicode_escape(const char* at) noexcept {
    const int unit = end_ - at < 6 ? -1 : hex4(at + 2);
    if (unit < 0) return fail(at, "expected four hexadecimal digits after \\u");
    at += 6;
    if (is_high_surrogate(unit) && end_ - at >= 6 && at[0] == '\\' && at[1] == 'u' && is_low_surrogate(hex4(at + 2))) return at + 6;
    if (is_high_surrogate(unit) || is_low_surrogate(unit)) needs_repair_ = true;
    return at;
}

const char* Scanner::number(const char* const begin, Scanned& out) noexcept {
    const char* at = begin;
    if (is(at, '-')) ++at;
    if (!is_digit_at(at)) return fail(at, at != begin ? "expected a digit" : at == end_ ? "a value is missing" : "expected a value");
    if (*at == '0') {
        ++at;
        if (is_digit_at(at)) return fail(at, "a number has no leading zero");
    } else {
        at = skip_digits(at);
    }
    if (is(at, '.')) {
        ++at;
        if (!is_digit_at(at)) return fail(at, "expected a digit after the point");
        at = skip_digits(at);
    }
    if (is(at, 'e') || is(at, 'E')) {
        ++at;
        if (is(at, '+') || is(at, '-')) ++at;
        if (!is_digit_at(at)) return fail(at, "expected a digit in the exponent");
        at = skip_digits(at);
    }
    set(out, begin, at, Kind::number, 0);
    return at;
}

const char* Scanner::literal(const char* at, Scanned& out, std::string_view word, Kind kind) noexcept {
    if (!std::string_view(at, static_cast<std::size_t>(end_ - at)).starts_with(word)) return fail(at, "expected a value");
    set(out, at, at + word.size(), kind, 0);
    return at + word.size();
}

bool is_beyond_double(std::string_view number) noexcept {
    double value = 0;
    const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (failure != std::errc::result_out_of_range) return false;
    // Out of range either way: too large where the first digit that counts stands left of the point, exponent applied.
    const std::size_t e = number.find_first_of("eE");
    const std::string_view mantissa = number.substr(0, e);
    const std::size_t point = mantissa.find('.') == mantissa.npos ? mantissa.size() : mantissa.find('.');
    const std::size_t first = mantissa.find_first_of("123456789");
    if (first == mantissa.npos) return false;
    std::int64_t exponent = 0;
    if (e != number.npos) {
        std::string_view digits = number.substr(e + 1);
        if (digits.starts_with('+')) digits.remove_prefix(1);
        if (std::from_chars(digits.data(), digits.data() + digits.size(), exponent).ec != std::errc{}) return digits.front() != '-';
    }
    return static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first) + exponent > 0;
}

}  // namespace logchute::json
