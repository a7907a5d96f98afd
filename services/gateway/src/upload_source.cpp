#include "upload_source.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace logchute::gateway {
namespace {

constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";
constexpr std::size_t kReadBytes = 64U << 10;

bool is_bomb(std::uint64_t text_bytes, std::uint64_t file_bytes) noexcept {
    return text_bytes > kGrowthFreeBytes && text_bytes / kGrowthMax > file_bytes;
}

std::unexpected<Error> bomb() {
    return fail(Errc::too_large, "the file grows more than " + std::to_string(kGrowthMax) +
                                     "-fold when it is decompressed, which logs do not; decompress it and send it plain");
}

/// The head of a file. Where the file goes on behind it, its end is a failure, Errc::closed, so that it is not taken for damage.
class HeadReader final : public http::BodyReader {
public:
    HeadReader(std::string_view head, bool is_whole_file) : rest_(head), size_(head.size()), is_whole_file_(is_whole_file) {}
    [[nodiscard]] Result<std::size_t> read(std::span<char> buffer) override {
        if (rest_.empty() && !is_whole_file_) return fail(Errc::closed, "the file goes on");
        const std::size_t size = rest_.copy(buffer.data(), buffer.size());
        rest_.remove_prefix(size);
        return size;
    }
    [[nodiscard]] std::size_t given() const noexcept { return size_ - rest_.size(); }

private:
    std::string_view rest_;
    const std::size_t size_;
    const bool is_whole_file_;
};

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
    std::array<char, 8192> buffer;
    while (head.size() < count && !has_ended) {
        const auto size = file.read(std::span(buffer).first(std::min(buffer.size(), count - head.size())));
        if (!size) return std::unexpected(size.error());
        head.append(buffer.data(), *size);
        has_ended = *size == 0;
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
    if (encoding == http::Encoding::identity) return {};
    if (auto looked = file_.look_ahead(kTrialBytes); !looked) return looked;
    decompressor_ = std::make_unique<http::DecompressReader>(file_, encoding, decompressed_max_);
    return try_head(encoding);
}

Result<void> UploadSource::try_head(http::Encoding encoding) const {
    HeadReader head(file_.head, file_.has_ended);
    http::DecompressReader reader(head, encoding, decompressed_max_);
    std::vector<char> buffer(kReadBytes);
    std::uint64_t text_bytes = 0;
    while (true) {
        const auto size = reader.read(buffer);
        if (!size && size.error().code == Errc::closed) return {};
        if (!size) return std::unexpected(size.error());
        if (*size == 0) return {};
        text_bytes += *size;
        if (is_bomb(text_bytes, head.given())) return bomb();
    }
}

Result<std::size_t> UploadSource::read(std::span<char> buffer) {
    if (!has_begun_)
        if (auto begun = begin(); !begun) return std::unexpected(begun.error());
    if (!decompressor_) return file_.read(buffer);
    const auto size = decompressor_->read(buffer);
    if (!size) return size;
    text_bytes_ += *size;
    if (is_bomb(text_bytes_, file_.bytes - file_.head.size())) return bomb();
    return size;
}

}  // namespace logchute::gateway
