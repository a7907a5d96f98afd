#include "logchute/runtime/multipart.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstring>

using namespace logchute;
using namespace logchute::http;

namespace {

class PieceReader final : public BodyReader {
public:
    PieceReader(std::string text, std::size_t piece) : text_(std::move(text)), piece_(piece) {}
    Result<std::size_t> read(std::span<char> buffer) override {
        const std::size_t n = std::min({buffer.size(), piece_, text_.size() - at_});
        std::memcpy(buffer.data(), text_.data() + at_, n);
        at_ += n;
        return n;
    }

private:
    std::string text_;
    std::size_t at_ = 0;
    std::size_t piece_;
};

struct Read {
    std::string name;
    std::optional<std::string> file_name;
    std::string content;
    friend bool operator==(const Read&, const Read&) = default;
};

Result<std::vector<Read>> read_form(const std::string& body, std::size_t in = 100'000, std::size_t out = 10'000,
                                    MultipartLimits limits = {}) {
    PieceReader source(body, in);
    MultipartReader form(source, "XX", limits);
    std::vector<Read> parts;
    std::string buffer(out, '\0');
    for (;;) {
        auto part = form.next();
        if (!part) {
            CHECK(form.next().error().code == part.error().code);  // and stays so
            return std::unexpected(part.error());
        }
        if (!*part) {
            CHECK_FALSE(form.next()->has_value());
            CHECK(form.read(buffer) == 0);
            return parts;
        }
        std::string content;
        for (;;) {
            const auto n = form.read(buffer);
            if (!n) return std::unexpected(n.error());
            if (*n == 0) break;
            content.append(buffer, 0, *n);
        }
        parts.push_back({(*part)->name, (*part)->file_name, content});
    }
}

std::string part(const std::string& disposition, const std::string& content, const std::string& headers = "") {
    return "--XX\r\nContent-Disposition: form-data; " + disposition + "\r\n" + headers + "\r\n" + content + "\r\n";
}

}  // namespace

TEST_CASE("fields and files come in order, whatever their content, in pieces of any size") {
    std::string tricky = "--XX\r\nnot a boundary: at no line's start --XX\r\n-XX\r\n--X\r\n\r\n--XY\r\n--XXY\r\n--XX\r--XX-\r\n\r";
    tricky.erase(0, 4 + 2);  // it must not begin with one either
    const std::string large(700'000, '\n');
    const std::string body = "a preamble\r\n" + part("name=\"service\"", "web") +
                             part("name=file; filename=\"app.log\"", tricky, "Content-Type: text/plain\r\n") +
                             part("name=\"file\"; filename=\"empty\"", "") + part("name=\"file\"; filename=\"large\"", large) +
                             "--XX \t\r\nContent-Disposition: form-data; name=last\r\n\r\n\r\n\r\n--XX--\r\nan epilogue";
    const std::vector<Read> expected{{"service", std::nullopt, "web"},
                                     {"file", "app.log", tricky},
                                     {"file", "empty", ""},
                                     {"file", "large", large},
                                     {"last", std::nullopt, "\r\n"}};
    for (const std::size_t in : {1UL, 2UL, 3UL, 1000UL, 1'000'000UL}) {
        for (const std::size_t out : {1UL, 1000UL, 1'000'000UL}) {
            if (in * out < 1000) continue;
            INFO(in << " in, " << out << " out");
            const auto form = read_form(body, in, out);
            REQUIRE(form);
            CHECK(*form == expected);
        }
    }
    CHECK(read_form("--XX--")->empty());
    CHECK(read_form("--XX--\r\n", 1)->empty());
    CHECK(read_form(part("name=a", "b") + "--XX--", 1)->size() == 1);
}

TEST_CASE("what is left of a part is skipped") {
    PieceReader source(part("name=a", std::string(1'000'000, 'x')) + part("name=b", "found") + "--XX--\r\n", 5000);
    MultipartReader form(source, "XX");
    REQUIRE(form.next()->value().name == "a");
    std::array<char, 10> some{};
    CHECK(form.read(some) == 10);
    CHECK(form.read_all(100).error().code == Errc::too_large);
    REQUIRE(form.next()->value().name == "b");
    CHECK(form.read_all(5) == "found");
    CHECK_FALSE(form.next()->has_value());
}

TEST_CASE("forms that are broken are refused, at the latest at their end") {
    struct Case {
        std::string about;
        std::string body;
        Errc code = Errc::invalid;
    };
    const std::string head = "--XX\r\nContent-Disposition: form-data; name=a";
    const std::vector<Case> cases{
        {"nothing", ""},
        {"no boundary", "hello"},
        {"no last boundary", part("name=a", "b")},
        {"cut off in a part", part("name=a", "b").substr(0, 60)},
        {"cut off in a head", "--XX\r\nContent-Dispo"},
        {"cut off in the last boundary", part("name=a", "b") + "--XX-"},
        {"a boundary that only begins", "--XXX\r\n\r\n\r\n--XXX--"},
        {"no disposition", "--XX\r\nContent-Type: text/plain\r\n\r\nb\r\n--XX--"},
        {"no headers", "--XX\r\n\r\nb\r\n--XX--"},
        {"an attachment", "--XX\r\nContent-Disposition: attachment; name=a\r\n\r\nb\r\n--XX--"},
        {"no name", "--XX\r\nContent-Disposition: form-data; filename=a\r\n\r\nb\r\n--XX--"},
        {"an unclosed quote", "--XX\r\nContent-Disposition: form-data; name=\"a\r\n\r\nb\r\n--XX--"},
        {"text after a quote", "--XX\r\nContent-Disposition: form-data; name=\"a\"b\r\n\r\nb\r\n--XX--"},
        {"a folded header", head + "\r\n folded: yes\r\n\r\nb\r\n--XX--"},
        {"a header without a name", head + "\r\n: x\r\n\r\nb\r\n--XX--"},
        {"a long preamble", std::string(1'000'000, 'x')},
        {"a long head", head + "\r\nX: " + std::string(50'000, 'x') + "\r\n\r\nb\r\n--XX--", Errc::too_large},
        {"an endless head", head + std::string(1'000'000, 'x'), Errc::too_large},
    };
    for (const auto& [about, body, code] : cases) {
        for (const std::size_t in : {1UL, 1'000'000UL}) {
            if (in == 1 && body.size() > 100'000) continue;
            INFO(about);
            const auto form = read_form(body, in);
            REQUIRE_FALSE(form);
            CHECK(form.error().code == code);
            CHECK(form.error().detail.size() > 20);
        }
    }
}

TEST_CASE("parts have a limit") {
    std::string body;
    for (int i = 0; i < 11; ++i) body += part("name=a", "b");
    body += "--XX--";
    CHECK(read_form(body, 1000, 1000, {.parts_max = 11})->size() == 11);
    CHECK(read_form(body, 1000, 1000, {.parts_max = 10}).error().code == Errc::too_large);
}

TEST_CASE("a file name is a base name, never a path") {
    struct Case {
        std::string parameter;
        std::optional<std::string> name;
    };
    const std::vector<Case> cases{
        {"", std::nullopt},
        {"; filename=plain.log", "plain.log"},
        {"; filename=\"with space; and semicolon.log\"", "with space; and semicolon.log"},
        {"; filename=\"quote\\\".log\"", "quote\".log"},
        {"; FileName=\"upper.log\"", "upper.log"},
        {"; filename=\"\"", ""},
        {"; filename=\"/etc/passwd\"", "passwd"},
        {"; filename=\"../../etc/passwd\"", "passwd"},
        {"; filename=\"C:\\logs\\app.log\"", "app.log"},
        {"; filename=\"..\\\\..\\\\app.log\"", "app.log"},
        {"; filename=\"..\"", ""},
        {"; filename=\"a/..\"", ""},
        {"; filename=\".\"", ""},
        {"; filename=\"dir/\"", ""},
        {"; filename=\"<script>alert(1)</script>.log\"", "script>.log"},
        {"; filename=\"a\x1b[31mb\x7f.log\"", "a[31mb.log"},
        {"; filename=\"caf\xc3\xa9.log\"", "caf\xc3\xa9.log"},
        {"; filename=\"caf\xe9.log\"", "caf\xef\xbf\xbd.log"},
        {"; filename=x; filename*=UTF-8''na%C3%AFve%2Flog", "log"},
        {"; filename=plain; filename*=latin1''x", "plain"},
        {"; filename=plain; filename*=UTF-8''%zz", "plain"},
        {"; filename=" + std::string(300, 'x'), std::string(255, 'x')},
        {"; filename=x" + std::string(127, 'y') + std::string("\xc3\xa9") + std::string(200, 'z'), std::nullopt},
    };
    for (std::size_t i = 0; i + 1 < cases.size(); ++i) {
        INFO(cases[i].parameter);
        const auto form = read_form(part("name=a" + cases[i].parameter, "b") + "--XX--");
        REQUIRE(form);
        CHECK(form->at(0).file_name == cases[i].name);
    }
    std::string accents;
    for (int i = 0; i < 200; ++i) accents += "\xc3\xa9";
    CHECK(read_form(part("name=a; filename=" + accents, "b") + "--XX--")->at(0).file_name->size() == 254);  // not half a character
}

TEST_CASE("a boundary is taken from a Content-Type that has one") {
    CHECK(multipart_boundary("multipart/form-data; boundary=XX") == "XX");
    CHECK(multipart_boundary("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"") == "a b");
    CHECK(multipart_boundary("multipart/form-data; boundary=" + std::string(70, 'x')));
    for (const std::string bad :
         {"", "text/plain", "multipart/mixed; boundary=XX", "multipart/form-data", "multipart/form-data; boundary=",
          "multipart/form-data; boundary=\"\"", "multipart/form-data; boundary=\"a\r\nb\"", "multipart/form-data; boundary=\"a",
          "multipart/form-data; boundary=\"a \"", "multipart/form-data; boundary=a\x80", "multipart/form-data; nonsense"}) {
        INFO(bad);
        const auto boundary = multipart_boundary(bad);
        REQUIRE_FALSE(boundary);
        CHECK(boundary.error().code == Errc::invalid);
    }
    CHECK_FALSE(multipart_boundary("multipart/form-data; boundary=" + std::string(71, 'x')));
}
