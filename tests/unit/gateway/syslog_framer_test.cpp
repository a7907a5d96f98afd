#include "syslog_framer.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "logchute/core/log_record.hpp"

using namespace logchute;
using namespace logchute::gateway;

namespace {

constexpr std::size_t kLimit = 100'000;

struct Frame {
    std::string text;
    std::uint64_t length;
    bool is_whole;
    friend bool operator==(const Frame&, const Frame&) = default;
};

std::vector<Frame> frames_of(std::string_view bytes, std::size_t step) {
    std::vector<Frame> frames;
    SyslogFramer framer(kLimit, [&](const SyslogFrame& it) { frames.push_back({std::string(it.text), it.length, it.is_whole}); });
    for (std::size_t at = 0; at < bytes.size(); at += step) framer.add(bytes.substr(at, step));
    framer.finish();
    CHECK(framer.buffered() < 64'000);
    return frames;
}

Frame whole(const std::string& text) { return {text, text.size(), true}; }
Frame broken(const std::string& text) { return {text, text.size(), false}; }

}  // namespace

TEST_CASE("messages end by their length or by a line end, each as it says, wherever segments end") {
    const struct {
        const char* what;
        std::string bytes;
        std::vector<Frame> frames;
    } cases[] = {
        {"nothing", "", {}},
        {"lines", "<14>one\n<14>two\r\n", {whole("<14>one"), whole("<14>two\r")}},
        {"counted", "7 <14>one9 <14>a\nb\nc7 <14>two", {whole("<14>one"), whole("<14>a\nb\nc"), whole("<14>two")}},
        {"both", "7 <14>one<14>two\n7 <14>thr<14>four\n", {whole("<14>one"), whole("<14>two"), whole("<14>thr"), whole("<14>four")}},
        {"counted, with line ends behind", "7 <14>one\n7 <14>two\r\n", {whole("<14>one"), whole("<14>two")}},
        {"empty lines", "\n\r\n\n<14>one\n\n", {whole("<14>one")}},
        {"a line that begins with a number", "12 monkeys\n2026-01-05 x\n7\n", {whole("12 monkeys"), whole("2026-01-05 x"), whole("7")}},
        {"lengths that are none", "0 <14>x\n-5 <14>x\n07 <14>x\n", {whole("0 <14>x"), whole("-5 <14>x"), whole("07 <14>x")}},
        {"a length beyond all", "99999999999999999999 <34>1\n", {whole("99999999999999999999 <34>1")}},
        {"a line that is not finished", "<14>unfinished", {broken("<14>unfinished")}},
        {"a count that is not finished", "50 <14>unfinished", {broken("<14>unfinished")}},
        {"a length alone", "50 ", {broken("50 ")}},
        {"digits alone", "50", {broken("50")}},
        {"a length, and no byte", "50 <", {broken("<")}},
        {"the largest length", "1000000000 <14>1 x", {broken("<14>1 x")}},
        {"NULs", std::string("<14>a\0b\n", 8), {whole(std::string("<14>a\0b", 7))}},
    };
    for (const auto& it : cases)
        for (const std::size_t step : {1U, 2U, 3U, 37U, 1000U}) {
            INFO(it.what << ", " << step << " bytes at a time");
            CHECK(frames_of(it.bytes, step) == it.frames);
        }
}

TEST_CASE("a message over the limit keeps its beginning and says how long it was, and the next is not touched") {
    const std::string longer = "<14>" + std::string(300'000, 'x');
    for (const std::string& bytes : {longer + "\n<14>next\n", std::to_string(longer.size()) + ' ' + longer + "9 <14>next\n"})
        for (const std::size_t step : {1U, 4096U, 70'000U, 1'000'000U}) {
            const auto frames = frames_of(bytes, step);
            REQUIRE(frames.size() == 2);
            CHECK(frames[0].text == longer.substr(0, kTooLongBytesKept));
            CHECK(frames[0].length == longer.size());
            CHECK(frames[1].text.starts_with("<14>next"));
        }
}
