#include "duckdb/record_key.hpp"

#include <array>
#include <bit>
#include <charconv>

namespace logchute::store::duck {
namespace {

constexpr int kBase = 36;

template <class T>
void append_number(std::string& out, T number) {
    std::array<char, 16> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number, kBase).ptr;
    out.append(text.data(), end);
}

// All of `text` as one number, written as append_number writes it: every record has one name.
template <class T>
std::optional<T> parse_number(std::string_view text) noexcept {
    T number{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number, kBase);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (text.size() > 1 && text.front() == '0') return std::nullopt;
    for (const char c : text) {
        if (c >= 'A' && c <= 'Z') return std::nullopt;
    }
    return number;
}

std::uint32_t check_of(const RecordKey& key, Order order) noexcept {
    std::uint64_t sum = static_cast<std::uint64_t>(order) + 0x9e3779b97f4a7c15ULL;
    for (const auto part : {static_cast<std::uint64_t>(key.time), key.seq, static_cast<std::uint64_t>(key.ord)}) {
        sum = std::rotl((sum ^ part) * 0xff51afd7ed558ccdULL, 31);
    }
    return static_cast<std::uint32_t>(sum >> 32);
}

}  // namespace

void append_record_id(std::string& out, std::uint64_t seq, std::uint32_t ord) {
    append_number(out, seq);
    out += '-';
    append_number(out, ord);
}

std::optional<RecordName> parse_record_id(std::string_view id) noexcept {
    const auto dash = id.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto seq = parse_number<std::uint64_t>(id.substr(0, dash));
    const auto ord = parse_number<std::uint32_t>(id.substr(dash + 1));
    if (!seq || !ord) return std::nullopt;
    return RecordName{*seq, *ord};
}

std::string format_cursor(const RecordKey& last, Order order) {
    std::string out;
    append_number(out, static_cast<std::uint64_t>(last.time));
    out += '.';
    append_number(out, last.seq);
    out += '.';
    append_number(out, last.ord);
    out += '.';
    append_number(out, check_of(last, order));
    return out;
}

std::optional<RecordKey> parse_cursor(std::string_view cursor, Order order) noexcept {
    std::array<std::string_view, 4> parts;
    for (std::size_t i = 0; i < 3; ++i) {
        const auto dot = cursor.find('.');
        if (dot == std::string_view::npos) return std::nullopt;
        parts[i] = cursor.substr(0, dot);
        cursor.remove_prefix(dot + 1);
    }
    parts[3] = cursor;
    const auto time = parse_number<std::uint64_t>(parts[0]);
    const auto seq = parse_number<std::uint64_t>(parts[1]);
    const auto ord = parse_number<std::uint32_t>(parts[2]);
    const auto check = parse_number<std::uint32_t>(parts[3]);
    if (!time || !seq || !ord || !check) return std::nullopt;
    const RecordKey key{static_cast<std::int64_t>(*time), *seq, *ord};
    return check_of(key, order) == *check ? std::optional(key) : std::nullopt;
}

}  // namespace logchute::store::duck
