// Bodies that arrive compressed: gzip (any number of members) and zstd (any number of frames), with a limit on what they may grow to.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "logchute/core/result.hpp"
#include "logchute/runtime/http.hpp"

namespace logchute::http {

enum class Encoding : std::uint8_t { identity, gzip, zstd };

/// The value of a Content-Encoding header, without case; empty is identity, "x-gzip" is gzip. Nothing for all others: a 415.
[[nodiscard]] std::optional<Encoding> parse_encoding(std::string_view name);

/// Frames of zstd that need a window above this are refused, as RFC 9659 has it for HTTP: what a stream holds in memory is bounded.
inline constexpr std::uint64_t kZstdWindowMax = 8U << 20;

/// Decompresses as it is read. Holds a few hundred kB (zstd: up to kZstdWindowMax), whatever the size of the body.
/// Threads:  one.
/// Lifetime: borrows the source.
/// Failures: those of the source; invalid: the data is damaged, or ends early; too_large: there is more than `max_bytes` in it. The limit
///           stops a bomb as soon as it passes it. After a failure every read fails the same way.
class DecompressReader final : public BodyReader {
public:
    DecompressReader(BodyReader& source, Encoding encoding, std::uint64_t max_bytes);
    ~DecompressReader() override;

    [[nodiscard]] Result<std::size_t> read(std::span<char> buffer) override;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// A whole body at once; the failures are those of DecompressReader. No bytes at all are not gzip or zstd, but end early.
[[nodiscard]] Result<std::string> decompress(Encoding encoding, std::string_view data, std::size_t max_bytes);

}  // namespace logchute::http
