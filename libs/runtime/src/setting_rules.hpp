// What the text of a setting may be. A rule reads a text into a value, and says in words what it expects where it cannot.
#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "logchute/core/time.hpp"
#include "logchute/runtime/settings.hpp"

namespace logchute::runtime {

template <class T>
struct Range {
    static_assert(std::is_arithmetic_v<T>);
    T min;
    T max;

    [[nodiscard]] bool read(std::string_view text, T& out) const {
        T value{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || end != text.data() + text.size()) return false;
        if (!(value >= min && value <= max)) return false;  // so written, it refuses NaN
        out = value;
        return true;
    }
    [[nodiscard]] std::string expected() const {
        return std::string(std::integral<T> ? "a whole number" : "a number") + " from " + number(min) + " to " + number(max);
    }

private:
    static std::string number(T value) {
        char text[32];
        return {text, std::to_chars(text, text + sizeof text, value).ptr};
    }
};

struct DurationRange {
    nanoseconds min;
    nanoseconds max;
    [[nodiscard]] bool read(std::string_view text, nanoseconds& out) const;
    [[nodiscard]] std::string expected() const;
};

struct ByteRange {
    Bytes min;
    Bytes max;
    [[nodiscard]] bool read(std::string_view text, Bytes& out) const;
    [[nodiscard]] std::string expected() const;
};

/// true, false, and the other words that YAML and shells have for them.
struct Boolean {
    [[nodiscard]] bool read(std::string_view text, bool& out) const;
    [[nodiscard]] std::string expected() const { return "true or false"; }
};

struct AnyText {
    [[nodiscard]] bool read(std::string_view text, std::string& out) const;
    [[nodiscard]] std::string expected() const { return "a text without NUL"; }
};

struct NonEmptyText {
    std::string what;  ///< "a path"
    [[nodiscard]] bool read(std::string_view text, std::string& out) const;
    [[nodiscard]] std::string expected() const { return what; }
};

struct OneOf {
    std::vector<std::string> words;
    std::string note;  ///< Said after the words.
    [[nodiscard]] bool read(std::string_view text, std::string& out) const;
    [[nodiscard]] std::string expected() const;
};

/// An IPv4 or IPv6 address, not a name: what a name means may change between this check and the listening.
struct Address {
    [[nodiscard]] bool read(std::string_view text, std::string& out) const;
    [[nodiscard]] std::string expected() const { return "an address to listen on, such as 127.0.0.1, 0.0.0.0 or ::1"; }
};
[[nodiscard]] bool is_loopback(const std::string& address);

/// URLs of one of some schemes. They may hold a name and a password, so messages do not repeat them.
struct Url {
    static constexpr bool kMayHoldSecret = true;
    std::vector<std::string> schemes;  ///< {"nats", "tls"}
    bool is_list = false;              ///< Several, comma separated.
    [[nodiscard]] bool read(std::string_view text, std::string& out) const;
    [[nodiscard]] std::string expected() const;
};

// A value as it would stand in config.yaml.
[[nodiscard]] std::string to_yaml(const std::string& value);
[[nodiscard]] std::string to_yaml(bool value);
[[nodiscard]] std::string to_yaml(nanoseconds value);
[[nodiscard]] std::string to_yaml(Bytes value);
[[nodiscard]] std::string to_yaml(const std::vector<std::string>& value);
template <class T>
    requires std::is_arithmetic_v<T>
[[nodiscard]] std::string to_yaml(T value) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

}  // namespace logchute::runtime
