// Forms of any bytes, arriving in pieces of any size: the reader neither crashes nor gives more than it was given, and what it reads does
// not depend on how the bytes were cut.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "logchute/runtime/multipart.hpp"

using namespace logchute;
using namespace logchute::http;

namespace {

class PieceReader final : public BodyReader {
public:
    PieceReader(std::string_view text, std::size_t piece) : text_(text), piece_(piece) {}
    Result<std::size_t> read(std::span<char> buffer) override {
        const std::size_t n = std::min({buffer.size(), piece_, text_.size()});
        if (n > 0) std::memcpy(buffer.data(), text_.data(), n);
        text_.remove_prefix(n);
        return n;
    }

private:
    std::string_view text_;
    std::size_t piece_;
};

// Everything that was read, up to the first failure.
std::string read_form(std::string_view body, std::string_view boundary, std::size_t piece, std::size_t out) {
    PieceReader source(body, piece);
    MultipartReader form(source, boundary, {.header_bytes_max = 512, .parts_max = 50});
    std::string all;
    std::array<char, 4096> buffer{};
    for (;;) {
        auto part = form.next();
        if (!part) return all + "[failed]";
        if (!*part) return all + "[end]";
        const std::string file = (*part)->file_name.value_or("");
        if (file.size() > 255 || file.find('/') != std::string::npos || file == "..") std::abort();
        all += "[" + (*part)->name + "|" + file + "]";
        for (;;) {
            const auto n = form.read(std::span(buffer).first(out));
            if (!n) return all + "[failed]";
            if (*n == 0) break;
            all.append(buffer.data(), *n);
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // The first line is the Content-Type, so that its parser is fuzzed as well; where it has no boundary, there is one.
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto line = std::min(input.find('\n'), input.size());
    const auto told = multipart_boundary(input.substr(0, line));
    const std::string boundary = told ? *told : "X";
    const std::string_view body = input.substr(std::min(line + 1, input.size()));

    const std::string whole = read_form(body, boundary, body.size() + 1, 4096);
    if (whole.size() > 2 * size + 64 * 60) std::abort();
    if (read_form(body, boundary, 1, 1) != whole) std::abort();
    if (read_form(body, boundary, 7, 100) != whole) std::abort();
    return 0;
}
