// Reading a few values out of checked JSON from outside, whatever its shape.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "logchute/core/json_text.hpp"

namespace logchute::gateway {

/// One value of a document that json_records() has said yes to, or none: whatever is not there, or is something else than asked for, is empty.
/// Nothing is built, so a document costs its bytes alone. Lifetime: borrows the document.
class JsonView {
public:
    JsonView() = default;
    explicit JsonView(std::string_view value) : value_(value) {}

    [[nodiscard]] bool is_there() const noexcept { return !value_.empty() && json::kind_of(value_) != json::Kind::null; }
    [[nodiscard]] bool is_object() const noexcept { return !value_.empty() && json::kind_of(value_) == json::Kind::object; }
    [[nodiscard]] bool is_true() const noexcept { return value_ == "true"; }
    /// As it stands in the document.
    [[nodiscard]] std::string_view raw() const noexcept { return value_; }

    /// The member of an object.
    [[nodiscard]] JsonView operator[](std::string_view key) const noexcept {
        return is_object() ? JsonView(json::find_key(value_, key).value_or(std::string_view())) : JsonView();
    }
    /// The first of these members that has a text.
    [[nodiscard]] std::string any_text(std::initializer_list<std::string_view> keys) const {
        for (const auto key : keys)
            if (auto text = (*this)[key].text(); !text.empty()) return text;
        return {};
    }
    /// The first line of a text, at most `bytes_max` of it; numbers as they are written.
    [[nodiscard]] std::string text(std::size_t bytes_max = 500) const {
        if (!is_there()) return {};
        switch (json::kind_of(value_)) {
            case json::Kind::string: break;
            case json::Kind::number: return std::string(value_.substr(0, bytes_max));
            default: return {};
        }
        std::string scratch;
        std::string_view line = json::unquote(value_, scratch);
        line = line.substr(0, line.find_first_of("\r\n"));
        if (line.size() <= bytes_max) return std::string(line);
        std::size_t end = bytes_max;
        while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;  // not within a character
        return std::string(line.substr(0, end)) + "…";
    }
    /// A number or boolean as it is written.
    [[nodiscard]] std::optional<std::string_view> plain() const noexcept {
        if (!is_there() || value_.size() > 40) return std::nullopt;
        const auto kind = json::kind_of(value_);
        if (kind != json::Kind::number && kind != json::Kind::boolean) return std::nullopt;
        return value_;
    }
    /// How many elements an array has; 0 for anything else.
    [[nodiscard]] std::size_t size() const noexcept;
    /// Calls `visit` for the elements of an array, in order, until it says false.
    template <class Visit>
    void for_each_element(Visit&& visit) const;

private:
    std::string_view value_;
};

/// The end of the value that begins at `at`, in checked JSON.
[[nodiscard]] std::size_t end_of_value(std::string_view json, std::size_t at) noexcept;

template <class Visit>
void JsonView::for_each_element(Visit&& visit) const {
    if (value_.empty() || json::kind_of(value_) != json::Kind::array) return;
    constexpr std::string_view kSpace = " \t\r\n";
    std::size_t at = 1;
    while (true) {
        at = value_.find_first_not_of(kSpace, at);
        if (at == value_.npos || value_[at] == ']') return;
        if (value_[at] == ',') {
            ++at;
            continue;
        }
        const std::size_t end = end_of_value(value_, at);
        if (end <= at) return;
        if (!visit(JsonView(value_.substr(at, end - at)))) return;
        at = end;
    }
}

}  // namespace logchute::gateway
