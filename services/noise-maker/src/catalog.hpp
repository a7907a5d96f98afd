// What our make-believe services say.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "logchute/core/level.hpp"

namespace logchute::noise {

/// What a service is busy with, which decides what it says.
enum class Topic : std::uint8_t { http, database, auth, payment, job };

/// Guessed from the name: "auth" and "login-service" sign people in, "payments" takes money; most serve HTTP.
[[nodiscard]] Topic topic_of(std::string_view service) noexcept;

/// Texts for one topic and level; never empty. `{method} {path} {status} {ms} {user} {ip} {table} {id} {n} {peer}` stand for what the
/// event fills in.
[[nodiscard]] std::span<const std::string_view> texts(Topic topic, Level level) noexcept;

/// Paths that `{id}` is part of.
[[nodiscard]] std::span<const std::string_view> paths(Topic topic) noexcept;

}  // namespace logchute::noise
