// The bytes of an uploaded file: counted as they come, decompressed where they are compressed.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "logchute/runtime/decompress.hpp"
#include "logchute/runtime/http.hpp"

namespace logchute::gateway {

/// A file that grows by more than this is taken for a bomb. Logs of one line repeated reach about 200; gzip cannot do more than 1,032.
inline constexpr std::uint64_t kGrowthMax = 500;
/// Growth is not looked at before this much has come out.
inline constexpr std::uint64_t kGrowthFreeBytes = 64U << 20;

/// Tells gzip and zstd by the first bytes of the file, whatever its name.
/// Threads: one. Lifetime: borrows the file. Failures: those of the file; invalid: damaged or cut short; too_large: over the limit, or a bomb.
class UploadSource final : public http::BodyReader {
public:
    UploadSource(http::BodyReader& file, std::uint64_t decompressed_max);

    [[nodiscard]] Result<std::size_t> read(std::span<char> buffer) override;
    /// Received so far, as they came.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return file_.bytes; }

private:
    /// The file, its bytes counted, with those that were looked at first given again.
    struct CountedFile final : http::BodyReader {
        explicit CountedFile(http::BodyReader& it) : file(it) {}
        [[nodiscard]] Result<std::size_t> read(std::span<char> buffer) override;
        [[nodiscard]] Result<void> look_ahead(std::size_t count);

        http::BodyReader& file;
        std::string head;
        std::uint64_t bytes = 0;
    };
    [[nodiscard]] Result<void> begin();

    CountedFile file_;
    const std::uint64_t decompressed_max_;
    bool has_begun_ = false;
    std::unique_ptr<http::DecompressReader> decompressor_;  ///< Null for a plain file.
    std::uint64_t text_bytes_ = 0;
};

}  // namespace logchute::gateway
