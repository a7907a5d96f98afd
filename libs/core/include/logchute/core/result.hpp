// What an expected failure is, in every library: a code that callers act on and a sentence that people read.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace logchute {

/// Why something did not happen. Few on purpose: a caller decides what to do from the code alone.
enum class Errc : std::uint8_t {
    invalid,      ///< The input is wrong and will stay wrong: say what to do about it.
    not_found,    ///< There is no such thing.
    too_large,    ///< Over a limit that is named in the detail.
    full,         ///< A bounded queue or stream has no room now.
    timeout,      ///< No answer in time; whether it happened is unknown.
    unavailable,  ///< The other side is away (bus, store); it may come back.
    conflict,     ///< Somebody else changed or owns it.
    closed,       ///< This object has been stopped.
    failed,       ///< Anything else; the detail is all there is.
};

/// True where the same call may succeed later without anybody changing the input.
[[nodiscard]] constexpr bool is_retryable(Errc code) noexcept {
    return code == Errc::full || code == Errc::timeout || code == Errc::unavailable;
}

[[nodiscard]] constexpr std::string_view to_string(Errc code) noexcept {
    switch (code) {
        case Errc::invalid: return "invalid";
        case Errc::not_found: return "not_found";
        case Errc::too_large: return "too_large";
        case Errc::full: return "full";
        case Errc::timeout: return "timeout";
        case Errc::unavailable: return "unavailable";
        case Errc::conflict: return "conflict";
        case Errc::closed: return "closed";
        case Errc::failed: return "failed";
    }
    return "failed";
}

/// A failure as a value.
struct Error {
    Errc code = Errc::failed;
    std::string detail;  ///< A sentence without secrets; grows context on its way up.

    /// The same failure, seen from one level higher: "context: detail".
    [[nodiscard]] Error in(std::string_view context) && { return {code, std::string(context) + ": " + detail}; }
};

template <class T = void>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(Errc code, std::string detail) { return std::unexpected(Error{code, std::move(detail)}); }

}  // namespace logchute
