#include "subject.hpp"

#include <algorithm>

#include "logchute/bus/connection.hpp"

namespace logchute::bus {
namespace {

constexpr std::size_t kTokenBytesMax = 64;

bool is_plain(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

std::string subject_token(std::string_view text) {
    if (text.empty()) return "-";
    std::string token(text.substr(0, kTokenBytesMax));
    std::ranges::replace_if(token, [](char c) { return !is_plain(c); }, '-');
    return token;
}

bool is_publishable(std::string_view subject) noexcept {
    if (subject.empty() || subject.size() > kSubjectBytesMax || subject.back() == '.') return false;
    char before = '.';
    for (const char c : subject) {
        if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || c == '*' || c == '>') return false;
        if (c == '.' && before == '.') return false;
        before = c;
    }
    return true;
}

}  // namespace logchute::bus
