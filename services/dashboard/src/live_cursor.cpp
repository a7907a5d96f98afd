#include "live_cursor.hpp"

#include <charconv>

namespace logchute::dashboard {
namespace {

constexpr std::array<std::string_view, kLiveKinds> kNames{"log", "upload", "alert"};
constexpr int kEpochBase = 36;

template <class T>
void append_number(std::string& out, T number, int base) {
    std::array<char, 24> digits{};
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr);
}

/// Takes a number off the front of `text`.
template <class T>
bool take_number(std::string_view& text, T& number, int base) noexcept {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

bool take(std::string_view& text, char c) noexcept {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

bool parse_part(std::string_view text, LiveCursor& cursor) noexcept {
    for (const LiveKind kind : kAllLiveKinds) {
        if (!take(text, to_string(kind).front())) continue;
        Position at;
        if (cursor[kind] || !take_number(text, at.sequence, 10)) return false;
        if (take(text, '-') && !take_number(text, at.ordinal, 10)) return false;
        if (!take(text, '.') || !take_number(text, at.epoch, kEpochBase) || !text.empty()) return false;
        cursor[kind] = at;
        return true;
    }
    return false;
}

}  // namespace

std::string_view to_string(LiveKind kind) noexcept { return kNames[static_cast<std::size_t>(kind)]; }

std::string LiveCursor::text() const {
    std::string out;
    for (const LiveKind kind : kAllLiveKinds) {
        const auto& position = (*this)[kind];
        if (!position) continue;
        if (!out.empty()) out += '~';
        out += to_string(kind).front();
        append_number(out, position->sequence, 10);
        if (position->ordinal != Position::kWhole) {
            out += '-';
            append_number(out, position->ordinal, 10);
        }
        out += '.';
        append_number(out, position->epoch, kEpochBase);
    }
    return out;
}

std::optional<LiveCursor> parse_live_cursor(std::string_view text) noexcept {
    LiveCursor cursor;
    while (true) {
        const auto end = text.find('~');
        if (!parse_part(text.substr(0, end), cursor)) return std::nullopt;
        if (end == std::string_view::npos) return cursor;
        text.remove_prefix(end + 1);
    }
}

}  // namespace logchute::dashboard
