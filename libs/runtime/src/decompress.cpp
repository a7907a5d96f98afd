#include "logchute/runtime/decompress.hpp"

#include <zstd.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "decoder.hpp"
#include "http_text.hpp"
#include "unwritten.hpp"

namespace logchute::http {
namespace {

constexpr std::size_t kInputBytes = 64 * 1024;
constexpr std::size_t kFirstGuessMin = 16 * 1024;

std::unexpected<Error> too_large(std::uint64_t max_bytes) {
    return fail(Errc::too_large, "Decompressed, this is more than the " + std::to_string(max_bytes) +
                                     " bytes that are taken here. Send it in smaller pieces.");
}

std::unexpected<Error> cut_short() { return fail(Errc::invalid, "The compressed data ends before its end. Send it again, whole."); }

// What a frame of zstd says about its size, where it does.
std::optional<std::uint64_t> announced_size(Encoding encoding, std::string_view data) {
    if (encoding != Encoding::zstd) return std::nullopt;
    const auto size = ::ZSTD_getFrameContentSize(data.data(), data.size());
    if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) return std::nullopt;
    return size;
}

}  // namespace

std::optional<Encoding> parse_encoding(std::string_view name) {
    name = trim(name);
    if (name.empty() || iequals(name, "identity")) return Encoding::identity;
    if (iequals(name, "gzip") || iequals(name, "x-gzip")) return Encoding::gzip;
    if (iequals(name, "zstd")) return Encoding::zstd;
    return std::nullopt;
}

class DecompressReader::Impl {
public:
    Impl(BodyReader& source, Encoding encoding, std::uint64_t max_bytes) : source_(source), max_bytes_(max_bytes), left_(max_bytes) {
        if (encoding == Encoding::identity) return;
        decoder_ = make_decoder(encoding);
        held_.resize(kInputBytes);
    }

    Result<std::size_t> read(std::span<char> buffer) {
        if (failure_) return std::unexpected(*failure_);
        auto n = decoder_ ? read_decoded(buffer) : source_.read(buffer);
        if (n && *n > left_) n = too_large(max_bytes_);
        if (n) {
            left_ -= *n;
        } else {
            failure_ = n.error();
        }
        return n;
    }

private:
    Result<std::size_t> read_decoded(std::span<char> buffer) {
        if (buffer.empty()) return 0;
        for (;;) {
            std::span<char> space = buffer;
            if (auto decoded = decoder_->decode(input_, space); !decoded) return std::unexpected(decoded.error());
            if (space.size() < buffer.size()) return buffer.size() - space.size();
            auto n = source_.read(held_);
            if (!n) return n;
            if (*n == 0) return finish();
            input_ = {held_.data(), *n};
        }
    }

    Result<std::size_t> finish() const {
        if (!decoder_->at_end()) return cut_short();
        return 0;
    }

    BodyReader& source_;
    std::unique_ptr<Decoder> decoder_;  // null for identity
    std::vector<char> held_;
    std::string_view input_;  // of held_, not decoded yet
    std::uint64_t max_bytes_;
    std::uint64_t left_;
    std::optional<Error> failure_;
};

DecompressReader::DecompressReader(BodyReader& source, Encoding encoding, std::uint64_t max_bytes)
    : impl_(std::make_unique<Impl>(source, encoding, max_bytes)) {}

DecompressReader::~DecompressReader() = default;

Result<std::size_t> DecompressReader::read(std::span<char> buffer) { return impl_->read(buffer); }

Result<std::string> decompress(Encoding encoding, std::string_view data, std::size_t max_bytes) {
    max_bytes = std::min(max_bytes, std::numeric_limits<std::size_t>::max() / 4);  // so that sums below do not overflow
    if (encoding == Encoding::identity) {
        if (data.size() > max_bytes) return too_large(max_bytes);
        return std::string(data);
    }
    const auto announced = announced_size(encoding, data);
    if (announced && *announced > max_bytes) return too_large(max_bytes);  // believed, before any work

    const auto decoder = make_decoder(encoding);
    std::string output;
    std::size_t size = 0;
    // Output that is not filled shows the end, so there is always room for one byte too many.
    std::size_t room = announced ? static_cast<std::size_t>(*announced) + 1 : std::max(4 * data.size(), kFirstGuessMin);
    std::span<char> space;
    while (space.empty()) {
        room = std::min(room, max_bytes + 1);
        resize_unwritten(output, room);
        space = std::span(output).subspan(size);
        if (auto decoded = decoder->decode(data, space); !decoded) return std::unexpected(decoded.error());
        size = output.size() - space.size();
        if (size > max_bytes) return too_large(max_bytes);
        room *= 2;
    }
    if (!decoder->at_end()) return cut_short();
    output.resize(size);
    return output;
}

}  // namespace logchute::http
