// Uploads against the real server: what a refusal leaves behind.
#include "upload_routes.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "gateway/compression.hpp"
#include "logchute/bus/names.hpp"
#include "support/nats_server.hpp"

using namespace logchute;
using namespace logchute::gateway;
using namespace std::chrono_literals;

namespace {

/// A store where nothing has arrived.
class EmptyStore final : public store::LogReader {
public:
    Result<store::RecordPage> search(const store::SearchRequest&) override { return store::RecordPage{}; }
    Result<std::string> record(std::string_view) override { return std::string(); }
    Result<store::ContextPage> context(std::string_view, std::size_t, std::size_t) override { return store::ContextPage{}; }
    Result<store::Stats> stats(const store::StatsRequest&) override { return store::Stats{}; }
    Result<store::Histogram> histogram(const store::HistogramRequest&) override { return store::Histogram{}; }
    Result<std::vector<store::FieldInfo>> fields(const store::Scope&) override { return std::vector<store::FieldInfo>{}; }
    Result<store::Tallies> tallies(std::string_view) override { return store::Tallies{}; }
};

class Bytes final : public http::BodyReader {
public:
    explicit Bytes(std::string_view bytes) : rest_(bytes) {}
    Result<std::size_t> read(std::span<char> buffer) override {
        const std::size_t size = rest_.copy(buffer.data(), buffer.size());
        rest_.remove_prefix(size);
        return size;
    }

private:
    std::string_view rest_;
};

struct World {
    test::NatsServer server;
    runtime::Settings settings;
    runtime::Metrics metrics;
    bus::Connection connection{{.url = server.url(), .name = "test"}};
    bus::Provisioner streams{connection, {bus::logs_stream(settings.nats)}, [](auto&&...) {}};
    bus::Publisher publisher{connection, {}};
    bus::KeyValue state{connection, {.name = std::string(bus::kStateBucket)}};
    EmptyStore store;
    Admission admission{connection, streams, 0.8, metrics};
    UploadRegistry registry{state, store};
    UploadRoutes routes{publisher, {}, admission, registry, settings.gateway, metrics};

    World() {
        REQUIRE(connection.wait_connected(10s));
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (!admission.check() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
        REQUIRE(admission.check());
    }

    http::Response post(const std::string& form) {
        http::Router router;
        routes.add_to(router);
        Bytes body(form);
        http::Request request;
        request.method = http::Method::post;
        request.path = "/upload";
        request.headers.push_back({"Content-Type", "multipart/form-data; boundary=edge"});
        request.reader = &body;
        return router.match(http::Method::post, "/upload").route->handler(request);
    }
    std::uint64_t messages() { return bus::stream_info(connection, bus::kLogsStream).value().messages; }
    std::vector<Upload> uploads() { return registry.list(100).value(); }
};

std::string part(std::string_view name, std::string_view file, std::string_view content) {
    std::string out = "--edge\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"";
    if (!file.empty()) out += "; filename=\"" + std::string(file) + "\"";
    return out + "\r\n\r\n" + std::string(content) + "\r\n";
}
const std::string kFormEnd = "--edge--\r\n";

/// Lines that do not compress to nothing.
std::string lines(std::size_t bytes) {
    std::string text;
    for (std::uint64_t i = 1; text.size() < bytes; ++i) text += "request " + std::to_string(i * 0x9E3779B97F4A7C15U) + " was answered\n";
    return text;
}

const std::string& body_of(const http::Response& response) { return std::get<std::string>(response.body); }

}  // namespace

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
