#include "decoder.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <new>

namespace logchute::http {
namespace {

std::unexpected<Error> damaged(std::string_view format, std::string_view why) {
    return fail(Errc::invalid, "The " + std::string(format) + " data is damaged (" + std::string(why) +
                                   "). Compress it anew, or correct Content-Encoding.");
}

class GzipDecoder final : public Decoder {
public:
    GzipDecoder() {
        constexpr int kGzipOnly = 16;
        if (::inflateInit2(&stream_, MAX_WBITS + kGzipOnly) != Z_OK) throw std::bad_alloc();
    }
    ~GzipDecoder() override { ::inflateEnd(&stream_); }
    GzipDecoder(const GzipDecoder&) = delete;
    GzipDecoder& operator=(const GzipDecoder&) = delete;

    Result<void> decode(std::string_view& input, std::span<char>& output) override {
        while (!output.empty() && !(at_end_ && input.empty())) {
            if (at_end_) ::inflateReset(&stream_);  // another member follows
            const int result = inflate_some(input, output);
            at_end_ = result == Z_STREAM_END;
            if (result == Z_BUF_ERROR) break;  // wants more input
            if (result == Z_MEM_ERROR) throw std::bad_alloc();
            if (result != Z_OK && !at_end_) return damaged("gzip", stream_.msg != nullptr ? stream_.msg : "not what it should be");
        }
        return {};
    }

    [[nodiscard]] bool at_end() const noexcept override { return at_end_; }

private:
    int inflate_some(std::string_view& input, std::span<char>& output) {
        constexpr std::size_t kMax = std::numeric_limits<uInt>::max();
        const auto given = static_cast<uInt>(std::min(input.size(), kMax));
        const auto room = static_cast<uInt>(std::min(output.size(), kMax));
        // zlib reads through a pointer without const and does not write there.
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));  // NOLINT
        stream_.avail_in = given;
        stream_.next_out = reinterpret_cast<Bytef*>(output.data());  // NOLINT
        stream_.avail_out = room;
        const int result = ::inflate(&stream_, Z_NO_FLUSH);
        input.remove_prefix(given - stream_.avail_in);
        output = output.subspan(room - stream_.avail_out);
        return result;
    }

    z_stream stream_{};
    bool at_end_ = false;
};

class ZstdDecoder final : public Decoder {
public:
    ZstdDecoder() : stream_(::ZSTD_createDStream()) {
        if (!stream_) throw std::bad_alloc();
        ::ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, std::countr_zero(kZstdWindowMax));
    }

    Result<void> decode(std::string_view& input, std::span<char>& output) override {
        while (!output.empty() && !(at_end_ && input.empty())) {
            ZSTD_inBuffer in{input.data(), input.size(), 0};
            ZSTD_outBuffer out{output.data(), output.size(), 0};
            const std::size_t hint = ::ZSTD_decompressStream(stream_.get(), &out, &in);
            input.remove_prefix(in.pos);
            output = output.subspan(out.pos);
            if (::ZSTD_isError(hint) != 0) return damaged("zstd", ::ZSTD_getErrorName(hint));
            at_end_ = hint == 0;
            if (in.pos == 0 && out.pos == 0) break;  // wants more input
        }
        return {};
    }

    [[nodiscard]] bool at_end() const noexcept override { return at_end_; }

private:
    struct Free {
        void operator()(ZSTD_DStream* stream) const noexcept { ::ZSTD_freeDStream(stream); }
    };
    std::unique_ptr<ZSTD_DStream, Free> stream_;
    bool at_end_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_decoder(Encoding encoding) {
    if (encoding == Encoding::zstd) return std::make_unique<ZstdDecoder>();
    return std::make_unique<GzipDecoder>();
}

}  // namespace logchute::http
