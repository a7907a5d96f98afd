// SHA-256, for ids that nobody can make collide.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace logchute::gateway {

inline constexpr std::size_t kSha256Bytes = 32;
using Digest = std::array<unsigned char, kSha256Bytes>;

/// The hash of several parts, each taken with its length, so that no two lists of parts look the same. Threads: one.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    Sha256& add(std::string_view part);
    /// The first `bytes` of the digest as lower-case hexadecimal. Nothing can be added after it.
    [[nodiscard]] std::string hex(std::size_t bytes = kSha256Bytes);

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

[[nodiscard]] Digest hmac_sha256(std::string_view key, std::string_view message);
/// Takes the same time wherever they differ.
[[nodiscard]] bool equal_in_constant_time(const Digest& a, const Digest& b) noexcept;

}  // namespace logchute::gateway
