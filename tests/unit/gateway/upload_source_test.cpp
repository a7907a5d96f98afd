#include "upload_source.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "compression.hpp"

using namespace logchute;
using namespace logchute::gateway;

namespace {

class Bytes final : public http::BodyReader {
public:
    Bytes(std::string bytes, std::size_t step) : bytes_(std::move(bytes)), step_(step) {}
    Result<std::size_t> read(std::span<char> buffer) override {
        const std::size_t size = bytes_.copy(buffer.data(), std::min(buffer.size(), step_), at_);
        at_ += size;
        return size;
    }

private:
    std::string bytes_;
    std::size_t step_;
    std::size_t at_ = 0;
};

Result<std::string> all_of(UploadSource& source) {
    std::string all;
    std::vector<char> buffer(64 << 10);
    while (true) {
        const auto size = source.read(buffer);
        if (!size) return std::unexpected(size.error());
        if (*size == 0) return all;
        all.append(buffer.data(), *size);
    }
}

}  // namespace

TEST_CASE("plain, gzip and zstd files are told apart by their first bytes") {
    const std::string text = "one\ntwo\n";
    for (const std::string& file : {text, gzip(text), zstd(text), gzip("one\n") + gzip("two\n")}) {
        for (const std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{1000}}) {
            Bytes bytes(file, step);
            UploadSource source(bytes, 1 << 20);
            const auto all = all_of(source);
            REQUIRE(all);
            CHECK(*all == text);
            CHECK(source.bytes() == file.size());
        }
    }
}

TEST_CASE("short and empty files are plain") {
    for (const std::string& file : {std::string(), std::string("a"), std::string("\x1f"), std::string("ab\n")}) {
        Bytes bytes(file, 10);
        UploadSource source(bytes, 100);
        CHECK(all_of(source).value() == file);
    }
}

TEST_CASE("a damaged file, one over the limit, and a bomb are failures") {
    const auto code_of = [](std::string file, std::uint64_t limit) {
        Bytes bytes(std::move(file), 4096);
        UploadSource source(bytes, limit);
        const auto all = all_of(source);
        REQUIRE_FALSE(all);
        return all.error().code;
    };
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += "line " + std::to_string(i * 7919) + "\n";
    CHECK(code_of(gzip(text).substr(0, 1000), 1 << 20) == Errc::invalid);
    CHECK(code_of(gzip(text), 1000) == Errc::too_large);
    CHECK(code_of(gzip(std::string(80U << 20, '\0')), 1U << 30) == Errc::too_large);
}

TEST_CASE("a bomb, and a small file that is damaged, are failures before anything of them is given") {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += "line " + std::to_string(i * 7919) + "\n";
    const std::string packed = gzip(text);
    const struct {
        const char* what;
        std::string file;
        Errc code;
    } cases[] = {
        {"gzip of lines without end", gzip(std::string(160U << 20, '\n')), Errc::too_large},
        {"zstd of lines without end", zstd(std::string(160U << 20, '\n')), Errc::too_large},
        {"a bomb in a member behind a short one", gzip("hello\n") + gzip(std::string(160U << 20, 'x')), Errc::too_large},
        {"cut gzip", packed.substr(0, packed.size() - 1), Errc::invalid},
        {"cut zstd", zstd(text).substr(0, 10'000), Errc::invalid},
        {"damaged gzip", packed.substr(0, packed.size() - 6) + "abcdef", Errc::invalid},
        {"gzip with something behind it", packed + "something", Errc::invalid},
    };
    for (const auto& it : cases) {
        INFO(it.what);
        Bytes bytes(it.file, 4096);
        UploadSource source(bytes, 1U << 30);
        std::vector<char> buffer(1000);
        const auto first = source.read(buffer);
        REQUIRE_FALSE(first);
        CHECK(first.error().code == it.code);
    }
}

TEST_CASE("a large file is given as it comes, and all of it") {
    std::string text;
    for (std::uint64_t i = 1; text.size() < 8U << 20; ++i) text += std::to_string(i * 0x9E3779B97F4A7C15U) + "\n";
    for (const std::string& file : {gzip(text), zstd(text)}) {
        REQUIRE(file.size() > 2 * kTrialBytes);
        Bytes bytes(file, 60'000);
        UploadSource source(bytes, 1U << 30);
        std::vector<char> buffer(1000);
        REQUIRE(source.read(buffer).value() > 0);
        CHECK(source.bytes() < file.size() / 2);
        CHECK(all_of(source).value().size() > text.size() - 1001);
        CHECK(source.bytes() == file.size());
    }
}
