#include "idempotency.hpp"

#include <algorithm>

#include "sha256.hpp"

namespace logchute::gateway {
namespace {

constexpr std::string_view kHeader = "Idempotency-Key";
// Of the hash in an id: beyond any collision, by chance or by design, and the server keeps each id in memory.
constexpr std::size_t kIdHashBytes = 20;

bool is_visible(char c) noexcept { return c > ' ' && c < '\x7f'; }

}  // namespace

std::expected<std::string, http::Problem> idempotency_key(const http::Request& request) {
    const std::size_t count = request.header_count(kHeader);
    if (count == 0) return std::string();
    const std::string_view key = request.header(kHeader);
    if (count == 1 && !key.empty() && key.size() <= kIdempotencyKeyBytesMax && std::ranges::all_of(key, is_visible))
        return std::string(key);
    return std::unexpected(http::Problem{.status = 400,
                                         .detail = "an Idempotency-Key is one header of 1 to " + std::to_string(kIdempotencyKeyBytesMax) +
                                                   " visible ASCII characters, a UUID for instance; nothing of the request was taken",
                                         .parameter = std::string(kHeader)});
}

std::string MessageIds::next(const bus::Headers& headers, std::string_view payload) {
    Sha256 hash;
    hash.add(identity_).add(subject_).add(std::to_string(count_++));
    for (const auto& [name, value] : headers) hash.add(name).add(value);
    return "request-" + hash.add(payload).hex(kIdHashBytes);
}

}  // namespace logchute::gateway
