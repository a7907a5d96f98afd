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
