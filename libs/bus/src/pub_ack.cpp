#include "pub_ack.hpp"

#include <charconv>
#include <optional>
#include <type_traits>

#include <nlohmann/json.hpp>

#include "nats_error.hpp"

namespace logchute::bus {
namespace {

bool skip(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// `{"stream":"NAME", "seq":N}`, with an optional `"duplicate":true` behind: exactly as the server writes it, with or without the blank.
std::optional<PubAck> parse_usual(std::string_view text) {
    if (!skip(text, R"({"stream":")")) return std::nullopt;
    const auto quote = text.find_first_of("\"\\");
    if (quote == std::string_view::npos || text[quote] != '"') return std::nullopt;
    text.remove_prefix(quote + 1);
    if (!skip(text, ",")) return std::nullopt;
    skip(text, " ");
    if (!skip(text, R"("seq":)")) return std::nullopt;
    PubAck ack;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ack.sequence);
    if (error != std::errc{} || ack.sequence == 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text == "}") return ack;
    if (!skip(text, ",")) return std::nullopt;
    skip(text, " ");
    ack.duplicate = true;
    return text == R"("duplicate":true})" || text == R"("duplicate": true})" ? std::optional(ack) : std::nullopt;
}

template <class T>
T value_or(const nlohmann::json& object, const char* key, T otherwise) {
    const auto found = object.find(key);
    if (found == object.end()) return otherwise;
    if constexpr (std::is_same_v<T, std::string>)
        return found->is_string() ? found->get<std::string>() : otherwise;
    else if constexpr (std::is_same_v<T, bool>)
        return found->is_boolean() ? found->get<bool>() : otherwise;
    else if constexpr (std::is_unsigned_v<T>)
        return found->is_number_unsigned() ? found->get<T>() : otherwise;
    else
        return found->is_number_integer() ? found->get<T>() : otherwise;
}

Result<PubAck> parse_any(std::string_view text) {
    const auto answer = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!answer.is_object())
        return fail(Errc::failed, "the answer to a publish is no JetStream answer; does the subject belong to a stream?");
    if (const auto error = answer.find("error"); error != answer.end() && error->is_object()) {
        const int err_code = value_or(*error, "err_code", 0);
        return fail(errc_of_jetstream(err_code, value_or(*error, "code", 0)),
                    "JetStream: " + value_or<std::string>(*error, "description", "refused") + " (" + std::to_string(err_code) + ")");
    }
    const PubAck ack{.sequence = value_or<std::uint64_t>(answer, "seq", 0), .duplicate = value_or(answer, "duplicate", false)};
    if (ack.sequence == 0) return fail(Errc::failed, "the answer to a publish has no sequence; does the subject belong to a stream?");
    return ack;
}

}  // namespace

Result<PubAck> parse_pub_ack(std::string_view json) {
    if (const auto usual = parse_usual(json)) return *usual;
    return parse_any(json);
}

}  // namespace logchute::bus
