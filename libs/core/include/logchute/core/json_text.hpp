// JSON as text, for the places where building a document would cost more than the work itself.
//
// These functions work on text that is known to be valid JSON (the parsers made or checked it). On other text they return nothing, and
// never read outside it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace logchute::json {

/// Appends `text` as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD; control characters are escaped.
void append_string(std::string& out, std::string_view text);

/// What kind of value a piece of JSON text is, by its first character.
enum class Kind : unsigned char { object, array, string, number, boolean, null };
[[nodiscard]] Kind kind_of(std::string_view value) noexcept;

/// The text of the value of `key` in the object `object`, with its quotes if it is a string. Keys are compared after unescaping.
[[nodiscard]] std::optional<std::string_view> find_key(std::string_view object, std::string_view key) noexcept;

/// `a.b.c` through nested objects. A key that itself holds dots is found too, as is (`fields["service.name"]`), and goes first.
[[nodiscard]] std::optional<std::string_view> find_path(std::string_view object, std::string_view path) noexcept;

/// The unescaped content of a JSON string with quotes. Returns a view into `string` where nothing is escaped, else into `scratch`.
[[nodiscard]] std::string_view unquote(std::string_view string, std::string& scratch);

/// Calls `visit(key, value_text)` for each member in order; keys are given unescaped.
template <class Visitor>
void for_each_member(std::string_view object, Visitor&& visit);

/// One step of for_each_member: the member at or after `at`; `at` moves behind it. Empty at the end or where the text is not an object.
struct Member {
    std::string_view quoted_key;  ///< With quotes, still escaped.
    std::string_view value;       ///< As it stands.
};
[[nodiscard]] std::optional<Member> next_member(std::string_view object, std::size_t& at) noexcept;

template <class Visitor>
void for_each_member(std::string_view object, Visitor&& visit) {
    std::string scratch;
    std::size_t at = 0;
    while (auto member = next_member(object, at)) visit(unquote(member->quoted_key, scratch), member->value);
}

/// True for text that is well-formed UTF-8.
[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;
/// A copy with every ill-formed sequence replaced by U+FFFD.
[[nodiscard]] std::string to_valid_utf8(std::string_view text);

}  // namespace logchute::json
