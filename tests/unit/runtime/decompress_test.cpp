#include "logchute/runtime/decompress.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstring>

using namespace logchute;
using namespace logchute::http;

namespace {

std::string gzip(std::string_view text, int level = 6) {
    z_stream stream{};
    REQUIRE(::deflateInit2(&stream, level, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string out(::deflateBound(&stream, text.size()) + 64, '\0');
    std::string copy(text);
    stream.next_in = reinterpret_cast<Bytef*>(copy.data());
    stream.avail_in = static_cast<uInt>(copy.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    REQUIRE(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    ::deflateEnd(&stream);
    return out;
}

std::string zstd(std::string_view text, bool says_size = true, int window_log = 0) {
    ZSTD_CCtx* context = ::ZSTD_createCCtx();
    ::ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, says_size ? 1 : 0);
    ::ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    if (window_log > 0) ::ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
    std::string out(::ZSTD_compressBound(text.size()), '\0');
    if (says_size) {
        out.resize(::ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size()));
    } else {
        ZSTD_outBuffer to{out.data(), out.size(), 0};
        ZSTD_inBuffer from{text.data(), text.size(), 0};
        ::ZSTD_compressStream2(context, &to, &from, ZSTD_e_continue);
        while (::ZSTD_compressStream2(context, &to, &from, ZSTD_e_end) != 0) {
        }
        out.resize(to.pos);
    }
    ::ZSTD_freeCCtx(context);
    return out;
}

std::string sample(std::size_t size) {
    std::string text;
    for (std::size_t i = 0; text.size() < size; ++i) text += "line " + std::to_string(i * 7919 % 100'003) + " of the sample\n";
    text.resize(size);
    return text;
}

// Gives a text in pieces, then fails if it was told to.
class PieceReader final : public BodyReader {
public:
    PieceReader(std::string text, std::size_t piece, bool breaks = false) : text_(std::move(text)), piece_(piece), breaks_(breaks) {}
    Result<std::size_t> read(std::span<char> buffer) override {
        const std::size_t n = std::min({buffer.size(), piece_, text_.size() - at_});
        if (n == 0 && breaks_) return fail(Errc::closed, "The client left.");
        std::memcpy(buffer.data(), text_.data() + at_, n);
        at_ += n;
        return n;
    }

private:
    std::string text_;
    std::size_t at_ = 0;
    std::size_t piece_;
    bool breaks_;
};

Result<std::string> read_streamed(Encoding encoding, const std::string& data, std::uint64_t max, std::size_t in, std::size_t out) {
    PieceReader source(data, in);
    DecompressReader reader(source, encoding, max);
    std::string all;
    std::string buffer(out, '\0');
    for (;;) {
        const auto n = reader.read(buffer);
        if (!n) {
            CHECK(reader.read(buffer).error().code == n.error().code);  // and stays so
            return std::unexpected(n.error());
        }
        if (*n == 0) return all;
        all.append(buffer, 0, *n);
    }
}

}  // namespace

TEST_CASE("what was compressed comes back, whole and in pieces of any size") {
    for (const std::size_t size : {0UL, 1UL, 100UL, 65'536UL, 1'000'000UL}) {
        const std::string text = sample(size);
        struct Case {
            Encoding encoding;
            std::string data;
            std::string text;
        };
        const std::vector<Case> cases{
            {Encoding::identity, text, text},
            {Encoding::gzip, gzip(text), text},
            {Encoding::gzip, gzip(text) + gzip("") + gzip(text, 1), text + text},
            {Encoding::zstd, zstd(text), text},
            {Encoding::zstd, zstd(text, false), text},
            {Encoding::zstd, zstd(text, false) + zstd("") + zstd(text), text + text},
        };
        for (const auto& [encoding, data, expected] : cases) {
            INFO("size " << size << ", encoding " << static_cast<int>(encoding));
            CHECK(decompress(encoding, data, 3'000'000) == expected);
            CHECK(decompress(encoding, data, expected.size()) == expected);  // the limit itself is allowed
            for (const std::size_t in : {1UL, 7UL, 1'000'000UL}) {
                if (in == 1 && size > 100'000) continue;
                CHECK(read_streamed(encoding, data, expected.size(), in, 10'000) == expected);
            }
            CHECK(read_streamed(encoding, data, expected.size(), 5000, 33) == expected);
        }
    }
}

TEST_CASE("one byte over the limit is too large") {
    const std::string text = sample(100'000);
    for (const auto& [encoding, data] : {std::pair{Encoding::identity, text}, std::pair{Encoding::gzip, gzip(text)},
                                         std::pair{Encoding::zstd, zstd(text)}, std::pair{Encoding::zstd, zstd(text, false)}}) {
        INFO("encoding " << static_cast<int>(encoding));
        CHECK(decompress(encoding, data, 99'999).error().code == Errc::too_large);
        CHECK(decompress(encoding, data, 0).error().code == Errc::too_large);
        CHECK(read_streamed(encoding, data, 99'999, 4096, 4096).error().code == Errc::too_large);
    }
}

TEST_CASE("bombs stop at the limit") {
    // A thousand members of one MiB of zeros; a frame that claims a terabyte; one that says nothing and repeats a byte for 2 GiB.
    std::string members;
    const std::string member = gzip(std::string(1U << 20, '\0'), 9);
    for (int i = 0; i < 1000; ++i) members += member;
    const std::string claim("\x28\xb5\x2f\xfd\xc0\x38\x00\x00\x00\x00\x00\x01\x00\x00", 14);
    std::string repeats("\x28\xb5\x2f\xfd\x00\x38", 6);
    for (int i = 0; i < 16'384; ++i) repeats.append("\x02\x00\x10x", 4);
    repeats.append("\x01\x00\x00", 3);
    for (const auto& [encoding, data] :
         {std::pair{Encoding::gzip, members}, std::pair{Encoding::zstd, claim}, std::pair{Encoding::zstd, repeats}}) {
        CHECK(decompress(encoding, data, 8U << 20).error().code == Errc::too_large);
        if (data != claim) CHECK(read_streamed(encoding, data, 8U << 20, 4096, 65'536).error().code == Errc::too_large);
    }
}

TEST_CASE("what is damaged, cut short, or something else is refused") {
    const std::string text = sample(50'000);
    struct Case {
        std::string about;
        Encoding encoding;
        std::string data;
    };
    std::vector<Case> cases{
        {"text as gzip", Encoding::gzip, text},
        {"text as zstd", Encoding::zstd, text},
        {"nothing as gzip", Encoding::gzip, ""},
        {"nothing as zstd", Encoding::zstd, ""},
        {"zstd as gzip", Encoding::gzip, zstd(text)},
        {"gzip as zstd", Encoding::zstd, gzip(text)},
        {"gzip and more", Encoding::gzip, gzip(text) + "more"},
        {"zstd and more", Encoding::zstd, zstd(text) + "more"},
        {"zlib as gzip", Encoding::gzip, std::string("\x78\x9c\x03\x00\x00\x00\x00\x01", 8)},
        {"a window beyond the limit", Encoding::zstd, zstd(sample(40U << 20), false, 25)},
    };
    for (const auto& [encoding, data] :
         {std::pair{Encoding::gzip, gzip(text)}, std::pair{Encoding::zstd, zstd(text)}, std::pair{Encoding::zstd, zstd(text, false)}}) {
        for (const std::size_t cut : {1UL, 4UL, 8UL, 900UL, data.size() - 1, data.size() - 5}) {
            cases.push_back({"cut short by " + std::to_string(cut), encoding, data.substr(0, data.size() - cut)});
        }
        for (const std::size_t at : {data.size() / 2, data.size() - 2}) {
            std::string damaged = data;
            damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
            cases.push_back({"damaged at " + std::to_string(at), encoding, damaged});
        }
    }
    for (const auto& [about, encoding, data] : cases) {
        INFO(about << ", encoding " << static_cast<int>(encoding));
        const auto whole = decompress(encoding, data, 100U << 20);
        REQUIRE_FALSE(whole);
        CHECK(whole.error().code == Errc::invalid);
        CHECK(whole.error().detail.size() > 20);
        CHECK(read_streamed(encoding, data, 100U << 20, 1000, 1000).error().code == Errc::invalid);
    }
}

TEST_CASE("a client that leaves is no end of the data") {
    PieceReader source(gzip(sample(1000)).substr(0, 50), 10, true);
    DecompressReader reader(source, Encoding::gzip, 10'000);
    std::string buffer(10'000, '\0');
    Result<std::size_t> n = 1;
    while (n && *n > 0) n = reader.read(buffer);
    REQUIRE_FALSE(n);
    CHECK(n.error().code == Errc::closed);
}

TEST_CASE("encodings are known by name") {
    CHECK(parse_encoding("") == Encoding::identity);
    CHECK(parse_encoding("Identity") == Encoding::identity);
    CHECK(parse_encoding(" GZIP ") == Encoding::gzip);
    CHECK(parse_encoding("x-gzip") == Encoding::gzip);
    CHECK(parse_encoding("zstd") == Encoding::zstd);
    for (const std::string_view unknown : {"rot13", "br", "deflate", "gzip, zstd", "gzip;q=1"}) CHECK_FALSE(parse_encoding(unknown));
}
