#include "logchute/runtime/logging.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <limits>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include "log_line.hpp"
#include "logchute/core/json_text.hpp"
#include "temp_folder.hpp"

using namespace logchute;
using namespace logchute::runtime;

namespace {

// What goes to standard error while `body` runs.
template <class Body>
std::string captured(Body body) {
    const test::TempFolder folder;
    const std::string path = folder.write("stderr", "");
    const int before = ::dup(STDERR_FILENO);
    const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    ::dup2(file, STDERR_FILENO);
    body();
    ::dup2(before, STDERR_FILENO);
    ::close(before);
    ::close(file);
    std::ifstream read(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(read), {}};
}

std::string rendered(LineForm form, std::string_view message, std::initializer_list<LogField> fields = {}) {
    return render_line(form, message, fields);
}

}  // namespace

TEST_CASE("a line is one JSON object with time, level, service, message and fields") {
    const std::string line = captured([] {
        init_logging("gateway", {.level = "info", .format = "json"});
        log_warn("queue is \"full\"", {{"queue", std::string("intake")}, {"size", 7}, {"share", 0.5}, {"lost", false}});
        log_debug("not shown");
    });
    const std::regex form(R"(\{"timestamp":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{9})?Z","level":"warn","service":"gateway",)"
                          R"("message":"queue is \\"full\\"","queue":"intake","size":7,"share":0.5,"lost":false\}\n)");
    CAPTURE(line);
    CHECK(std::regex_match(line, form));
}

TEST_CASE("nothing that came from outside forges a line of JSON") {
    const std::string line = rendered(LineForm::json, "a\nb\x1b[2J\"}\xff", {{"k\"", std::string_view("\0\r", 2)}});
    CHECK(json::is_valid_utf8(line));
    for (const char c : line) CHECK(static_cast<unsigned char>(c) >= 0x20);
    CHECK(line.starts_with(R"("message":"a\nb)"));
}

TEST_CASE("numbers keep their value, and those that JSON lacks are null") {
    CHECK(rendered(LineForm::json, "m", {{"n", std::numeric_limits<std::uint64_t>::max()}}) ==
          R"("message":"m","n":18446744073709551615})");
    CHECK(rendered(LineForm::json, "m", {{"n", std::int64_t{-5}}, {"d", 1e300}}) == R"("message":"m","n":-5,"d":1e+300})");
    CHECK(rendered(LineForm::json, "m", {{"n", std::numeric_limits<double>::quiet_NaN()}}) == R"("message":"m","n":null})");
}

TEST_CASE("a line for people shows no raw escapes and quotes what would be unclear") {
    struct Case {
        std::string_view text;
        std::string_view shown;
    };
    using namespace std::string_view_literals;
    for (const auto& [text, shown] : {Case{"plain"sv, "m k=plain"sv},
                                      {"two words"sv, "m k=\"two words\""sv},
                                      {""sv, "m k=\"\""sv},
                                      {"\x1b[31mred"sv, "m k=\\x1b[31mred"sv},
                                      {"a\nb"sv, "m k=\"a\\nb\""sv},
                                      {"\x7f"sv, "m k=\\x7f"sv},
                                      {"\xc2\x9b"
                                       "31m"sv,
                                       "m k=\\xc2\\x9b31m"sv},
                                      {"\xe2\x80\xae"
                                       "x"sv,
                                       "m k=\\xe2\\x80\\xaex"sv},
                                      {"\xff"sv, "m k=\xef\xbf\xbd"sv},
                                      {"gr\xc3\xbc\xc3\x9f"sv, "m k=gr\xc3\xbc\xc3\x9f"sv},
                                      {"say \"x\""sv, "m k=\"say \\\"x\\\"\""sv},
                                      {"\0"sv, "m k=\\x00"sv}}) {
        CAPTURE(shown);
        CHECK(rendered(LineForm::text, "m", {{"k", text}}) == shown);
    }
    std::string head;
    append_line_head(head, LineForm::text, from_nanos(0), "warn", "gateway");
    CHECK(head == "1970-01-01T00:00:00Z warn  ");
}

TEST_CASE("the level decides what is written, and can be set again") {
    const auto lines_at = [](const char* level) {
        const std::string text = captured([&] {
            init_logging("x", {.level = level, .format = "text"});
            log_debug("d");
            log_info("i");
            log_warn("w");
            log_error("e");
        });
        return std::count(text.begin(), text.end(), '\n');
    };
    CHECK(lines_at("trace") == 4);
    CHECK(lines_at("debug") == 4);
    CHECK(lines_at("info") == 3);
    CHECK(lines_at("warn") == 2);
    CHECK(lines_at("error") == 1);
}

TEST_CASE("lines of many threads stay whole") {
    const std::string text = captured([] {
        init_logging("x", {.level = "info", .format = "json"});
        std::vector<std::jthread> threads;
        threads.reserve(4);
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([] {
                for (int n = 0; n < 250; ++n) log_info("a line of some length, so that a torn one would show", {{"n", n}});
            });
    });
    std::size_t lines = 0;
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1, ++lines) {
        REQUIRE(text.compare(at, 14, R"({"timestamp":")") == 0);
        REQUIRE(text[text.find('\n', at) - 1] == '}');
    }
    CHECK(lines == 1000);
}
