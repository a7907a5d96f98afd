// Uploads against the real server: what a refusal leaves behind.
#include "gateway/compression.hpp"
#include "gateway_world.hpp"

using namespace logchute;
using namespace logchute::gateway;

TEST_CASE("a form that is refused with a 4xx has stored nothing") {
    World world;
    const std::string small = gzip(lines(100'000));
    const std::string damaged = small.substr(0, 2000) + std::string(100, '\xff') + small.substr(2100);
    const struct {
        const char* what;
        std::string form;
        int status;
    } cases[] = {
        {"cut gzip", part("file", "a.gz", small.substr(0, small.size() / 2)) + kFormEnd, 400},
        {"damaged gzip", part("file", "a.gz", damaged) + kFormEnd, 400},
        {"cut zstd", part("file", "a.zst", zstd(lines(100'000)).substr(0, 5000)) + kFormEnd, 400},
        {"early end", part("file", "a.log", "one\ntwo\n"), 400},
        {"end within a file", "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.log\"\r\n\r\none\ntw", 400},
        {"unknown field", part("colour", "", "red") + part("file", "a.log", "one\n") + kFormEnd, 400},
        {"wrong format", part("format", "", "xml") + part("file", "a.log", "one\n") + kFormEnd, 400},
        {"line end in the service", part("service", "", "a\r\nb") + part("file", "a.log", "one\n") + kFormEnd, 400},
        {"no file", part("service", "", "api") + kFormEnd, 400},
        {"bomb of one line", part("file", "b.gz", gzip(std::string(80U << 20, '\0'))) + kFormEnd, 413},
        {"bomb of many lines", part("file", "b.gz", gzip(std::string(160U << 20, '\n'))) + kFormEnd, 413},
        {"bomb of zstd", part("file", "b.zst", zstd(std::string(80U << 20, 'x'))) + kFormEnd, 413},
    };
    for (const auto& it : cases) {
        INFO(it.what);
        const auto response = world.post(it.form);
        INFO(body_of(response));
        CHECK(response.status == it.status);
        CHECK(world.messages() == 0);
    }
    for (const Upload& upload : world.uploads()) CHECK(upload.state == UploadState::incomplete);
}

TEST_CASE("a form of which a part is stored is a 500 that names the upload, whatever is wrong with the rest") {
    const std::string big = lines(4U << 20);
    const std::string packed = gzip(big);
    const struct {
        const char* what;
        std::string form;
        const char* told;
    } cases[] = {
        {"cut gzip", part("file", "a.gz", packed.substr(0, packed.size() - 20)) + kFormEnd, "(a.gz) is incomplete"},
        {"end within a file", part("file", "a.log", big).substr(0, 3U << 20), "(a.log) is incomplete"},
        {"early end", part("file", "a.log", "one\n") + part("file", "b.log", big).substr(0, 2U << 20),
         "(b.log) is incomplete: what had come of it is stored; 1 of the form's files is stored whole"},
        {"early end between files", part("file", "a.log", "one\n") + part("file", "b.log", "two\n") + "--edge\r\nContent-",
         "2 of the form's files are stored whole"},
        {"wrong field behind a file", part("file", "a.log", "one\n") + part("format", "", "xml") + kFormEnd,
         "1 of the form's files is stored whole"},
    };
    for (const auto& it : cases) {
        INFO(it.what);
        World world;
        const auto response = world.post(it.form);
        INFO(body_of(response));
        CHECK(response.status == 500);
        CHECK(body_of(response).contains(it.told));
        CHECK(body_of(response).contains("Idempotency-Key"));
        CHECK(world.messages() > 0);
        const auto uploads = world.uploads();
        REQUIRE_FALSE(uploads.empty());
        const bool is_broken = std::string_view(it.told).contains("incomplete");
        CHECK((uploads.front().state == UploadState::incomplete) == is_broken);
        if (is_broken) CHECK(body_of(response).contains(uploads.front().id));
    }
}

TEST_CASE("a form of a thousand files is taken, each as an upload of its own") {
    World world;
    std::string form;
    for (int i = 0; i < 1'000; ++i) form += part("file", std::to_string(i) + ".log", "line of file " + std::to_string(i) + "\n");
    const auto response = world.post(form + kFormEnd);
    CHECK(response.status == 202);
    CHECK(world.messages() == 1'000);
    CHECK(world.uploads().front().file == "999.log");
}
