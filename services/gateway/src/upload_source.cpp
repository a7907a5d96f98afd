#include "upload_source.hpp"

#include <algorithm>

namespace logchute::gateway {
namespace {

constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";

}  // namespace

Result<std::size_t> UploadSource::CountedFile::read(std::span<char> buffer) {
    if (!head.empty()) {
        const std::size_t size = head.copy(buffer.data(), buffer.size());
        head.erase(0, size);
        return size;
    }
    auto size = file.read(buffer);
    if (size) bytes += *size;
    return size;
}

Result<void> UploadSource::CountedFile::look_ahead(std::size_t count) {
    char buffer[8];
    while (head.size() < count) {
        const auto size = file.read(std::span(buffer).first(count - head.size()));
        if (!size) return std::unexpected(size.error());
        if (*size == 0) break;
        head.append(buffer, *size);
        bytes += *size;
    }
    return {};
}

UploadSource::UploadSource(http::BodyReader& file, std::uint64_t decompressed_max) : file_(file), decompressed_max_(decompressed_max) {}

Result<void> UploadSource::begin() {
    if (auto looked = file_.look_ahead(kZstdMagic.size()); !looked) return looked;
    has_begun_ = true;
    auto encoding = http::Encoding::identity;
    if (file_.head.starts_with(kGzipMagic)) encoding = http::Encoding::gzip;
    if (file_.head.starts_with(kZstdMagic)) encoding = http::Encoding::zstd;
    if (encoding != http::Encoding::identity) decompressor_ = std::make_unique<http::DecompressReader>(file_, encoding, decompressed_max_);
    return {};
}

Result<std::size_t> UploadSource::read(std::span<char> buffer) {
    if (!has_begun_)
        if (auto begun = begin(); !begun) return std::unexpected(begun.error());
    if (!decompressor_) return file_.read(buffer);
    const auto size = decompressor_->read(buffer);
    if (!size) return size;
    text_bytes_ += *size;
    if (text_bytes_ > kGrowthFreeBytes && text_bytes_ / kGrowthMax > file_.bytes)
        return fail(Errc::too_large, "the file grows more than " + std::to_string(kGrowthMax) +
                                         "-fold when it is decompressed, which logs do not; decompress it and send it plain");
    return size;
}

}  // namespace logchute::gateway
