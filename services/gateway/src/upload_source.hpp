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

/// So much of a compressed file is decompressed for a trial before any of it is given: a bomb is known from its head, and a small file that is
/// damaged from all of it, while nothing of them is stored yet. Twice what a bomb of kGrowthMax needs to show itself.
inline constexpr std::size_t kTrialBytes = 2 * kGrowthFreeBytes / kGrowthMax;

/// Tells gzip and zstd by the first bytes of the file, whatever its name.
/// A bomb whose head is none, and damage behind the head, are found out on the way, when a part has been given.
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
        bool has_ended = false;
    };
    [[nodiscard]] Result<void> begin();
    [[nodiscard]] Result<void> try_head(http::Encoding encoding) const;

    CountedFile file_;
    const std::uint64_t decompressed_max_;
    bool has_begun_ = false;
    std::unique_ptr<http::DecompressReader> decompressor_;  ///< Null for a plain file.
    std::uint64_t text_bytes_ = 0;
};

}  // namespace logchute::gateway
