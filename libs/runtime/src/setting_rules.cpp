#include "setting_rules.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace logchute::runtime {
namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

bool is_plain(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '/';
}

bool is_url(std::string_view text, const std::vector<std::string>& schemes) {
    const auto colon = text.find("://");
    if (colon == std::string_view::npos || colon + 3 == text.size()) return false;
    const bool has_odd = std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c == 0x7F; });
    return !has_odd && std::find(schemes.begin(), schemes.end(), lower(text.substr(0, colon))) != schemes.end();
}

}  // namespace

bool DurationRange::read(std::string_view text, nanoseconds& out) const {
    const auto duration = parse_duration(text);
    if (!duration || *duration < min || *duration > max) return false;
    out = *duration;
    return true;
}

std::string DurationRange::expected() const {
    return "a duration such as 250ms, 10s, 5m, 1h or 7d, from " + format_duration(min) + " to " + format_duration(max);
}

bool ByteRange::read(std::string_view text, Bytes& out) const {
    const auto bytes = parse_bytes(text);
    if (!bytes || *bytes < min || *bytes > max) return false;
    out = *bytes;
    return true;
}

std::string ByteRange::expected() const {
    return "a size such as 512, 16kB or 64MiB, from " + format_bytes(min) + " to " + format_bytes(max);
}

bool Boolean::read(std::string_view text, bool& out) const {
    static constexpr std::array<std::string_view, 4> kTrue{"true", "yes", "on", "1"};
    static constexpr std::array<std::string_view, 4> kFalse{"false", "no", "off", "0"};
    const std::string word = lower(text);
    const bool is_true = std::find(kTrue.begin(), kTrue.end(), word) != kTrue.end();
    if (!is_true && std::find(kFalse.begin(), kFalse.end(), word) == kFalse.end()) return false;
    out = is_true;
    return true;
}

bool AnyText::read(std::string_view text, std::string& out) const {
    if (text.find('\0') != std::string_view::npos) return false;
    out = text;
    return true;
}

bool NonEmptyText::read(std::string_view text, std::string& out) const { return !text.empty() && AnyText{}.read(text, out); }

bool OneOf::read(std::string_view text, std::string& out) const {
    if (std::find(words.begin(), words.end(), text) == words.end()) return false;
    out = text;
    return true;
}

std::string OneOf::expected() const {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
        text += words[i];
    }
    if (!note.empty()) text += " (" + note + ')';
    return text;
}

bool Address::read(std::string_view text, std::string& out) const {
    const std::string address(text);
    in6_addr parsed{};
    if (inet_pton(AF_INET, address.c_str(), &parsed) != 1 && inet_pton(AF_INET6, address.c_str(), &parsed) != 1) return false;
    out = address;
    return true;
}

bool is_loopback(const std::string& address) {
    in_addr four{};
    if (inet_pton(AF_INET, address.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
    in6_addr six{};
    return inet_pton(AF_INET6, address.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

bool Url::read(std::string_view text, std::string& out) const {
    std::string_view rest = text;
    while (true) {
        const auto comma = is_list ? rest.find(',') : std::string_view::npos;
        if (!is_url(rest.substr(0, comma), schemes)) return false;
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
    }
    out = text;
    return true;
}

std::string Url::expected() const {
    std::string text = is_list ? "URLs separated by commas, each beginning with " : "a URL that begins with ";
    for (std::size_t i = 0; i < schemes.size(); ++i) text += (i == 0 ? "" : " or ") + schemes[i] + "://";
    return text;
}

std::string to_yaml(const std::string& value) {
    // Words that YAML would read as something else are quoted too; ours are read as text anyway, other tools' are not.
    bool parsed = false;
    const bool is_word = !value.empty() && std::all_of(value.begin(), value.end(), is_plain) && value.front() != '-' &&
                         !(value.front() >= '0' && value.front() <= '9') && !Boolean{}.read(value, parsed) && lower(value) != "null";
    if (is_word) return value;
    std::string text = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text + '"';
}

std::string to_yaml(bool value) { return value ? "true" : "false"; }
std::string to_yaml(nanoseconds value) { return format_duration(value); }
std::string to_yaml(Bytes value) { return format_bytes(value); }

std::string to_yaml(const std::vector<std::string>& value) {
    std::string text = "[";
    for (const auto& item : value) text += (text.size() > 1 ? ", " : "") + to_yaml(item);
    return text + ']';
}

}  // namespace logchute::runtime
