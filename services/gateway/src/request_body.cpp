#include "request_body.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "logchute/runtime/decompress.hpp"
#include "upload_source.hpp"

namespace logchute::gateway {
namespace {

using http::Problem;

// Decompressed in steps of this size, each of which must find room in the budget first.
constexpr std::size_t kStepBytes = 1U << 20;

// A body that grows by more than kGrowthMax is taken for a bomb, as a file is, but sooner: all of it is held.
constexpr std::size_t kBodyGrowthFreeBytes = 8U << 20;

/// A whole body, read as if it arrived: in small pieces, so that it is known what went into what came out.
class TextReader final : public http::BodyReader {
public:
    explicit TextReader(std::string_view text) : text_(text) {}
    Result<std::size_t> read(std::span<char> buffer) override {
        const std::size_t size = text_.substr(given_).copy(buffer.data(), std::min(buffer.size(), kPieceBytes));
        given_ += size;
        return size;
    }
    [[nodiscard]] std::size_t given() const noexcept { return given_; }

private:
    static constexpr std::size_t kPieceBytes = 4096;
    const std::string_view text_;
    std::size_t given_ = 0;
};

Problem no_room() {
    return {.status = 503, .detail = "too many bodies are being taken in at once (gateway.pending_bytes_max); send it again in a moment"};
}

Problem undecodable(const Error& error, std::size_t bytes_max) {
    if (error.code == Errc::too_large)
        return {.status = 413,
                .detail = "the body decompresses to more than " + std::to_string(bytes_max) +
                          " bytes (gateway.body_bytes_max); send it in smaller parts, or as a file to /upload"};
    return {.status = 400, .detail = "the body is not what its Content-Encoding says: " + error.detail + "; nothing of it was taken"};
}

/// The charset of a Content-Type, lower-cased; empty where there is none.
std::string charset_of(std::string_view content_type) {
    std::string lower(content_type);
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c); });
    const auto at = lower.find("charset=");
    if (at == std::string::npos) return {};
    std::string charset = lower.substr(at + 8);
    std::erase_if(charset, [](char c) { return c == '"' || c == ' '; });
    return charset.substr(0, charset.find(';'));
}

}  // namespace

std::optional<BodyKind> body_kind(const http::Request& request) {
    if (const auto charset = charset_of(request.header("Content-Type"));
        !charset.empty() && charset != "utf-8" && charset != "utf8" && charset != "us-ascii")
        return std::nullopt;
    const auto type = request.media_type();
    if (type == "application/json") return BodyKind::json_document;
    if (type.empty() || type == "text/plain") return BodyKind::text;
    constexpr std::array<std::string_view, 4> kLines{"application/x-ndjson", "application/ndjson", "application/jsonl",
                                                     "application/x-jsonlines"};
    if (std::ranges::find(kLines, type) != kLines.end()) return BodyKind::json_lines;
    return std::nullopt;
}

std::expected<std::string, Problem> decoded_body(http::Request& request, std::size_t bytes_max, MemoryBudget::Lease& lease) {
    const auto encoding = http::parse_encoding(request.header("Content-Encoding"));
    if (!encoding)
        return std::unexpected(
            Problem{.status = 415, .detail = "Content-Encoding is gzip, zstd or identity; send the body in one of them"});
    if (*encoding == http::Encoding::identity) return std::move(request.body);

    TextReader compressed(request.body);
    http::DecompressReader reader(compressed, *encoding, bytes_max);
    std::string text;
    std::size_t filled = 0;
    while (true) {
        if (filled == text.size()) {
            if (!lease.grow_to(filled + kStepBytes)) return std::unexpected(no_room());
            text.resize(filled + kStepBytes);
        }
        const auto size = reader.read(std::span(text).subspan(filled));
        if (!size) return std::unexpected(undecodable(size.error(), bytes_max));
        filled += *size;
        if (filled > kBodyGrowthFreeBytes && filled / kGrowthMax > compressed.given())
            return std::unexpected(Problem{.status = 413,
                                           .detail = "the body grows more than " + std::to_string(kGrowthMax) +
                                                     "-fold when it is decompressed, which logs do not; send it uncompressed, in parts"});
        if (*size == 0) {
            text.resize(filled);
            return text;
        }
    }
}

}  // namespace logchute::gateway
