// A gateway's parts against a real server, with a store where nothing arrives.
#pragma once

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "logchute/bus/consumer.hpp"
#include "logchute/bus/names.hpp"
#include "support/nats_server.hpp"
#include "upload_routes.hpp"

namespace logchute::gateway {

using namespace std::chrono_literals;

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
    runtime::Settings settings;
    test::NatsServer server;
    runtime::Metrics metrics;
    bus::Connection connection{{.url = server.url(), .name = "test"}};
    bus::Provisioner streams{connection, {bus::logs_stream(settings.nats)}, [](auto&&...) {}};
    bus::Publisher publisher{connection, {}};
    bus::KeyValue state{connection, {.name = std::string(bus::kStateBucket)}};
    EmptyStore store;
    Admission admission{connection, streams, 0.8, metrics};
    UploadRegistry registry{state, store};
    UploadRoutes routes{publisher, {}, admission, registry, settings.gateway, metrics};

    using Change = std::function<void(runtime::Settings&)>;
    explicit World(const Change& change = {}) : settings(changed(change)) {
        REQUIRE(connection.wait_connected(10s));
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (!admission.check() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
        REQUIRE(admission.check());
    }

    static runtime::Settings changed(const Change& change) {
        runtime::Settings settings;
        if (change) change(settings);
        return settings;
    }
    http::Response post(const std::string& form, const std::string& key = "") {
        http::Router router;
        routes.add_to(router);
        Bytes body(form);
        http::Request request;
        request.method = http::Method::post;
        request.path = "/upload";
        request.headers.push_back({"Content-Type", "multipart/form-data; boundary=edge"});
        request.reader = &body;
        if (!key.empty()) request.headers.push_back({"Idempotency-Key", key});
        return router.match(http::Method::post, "/upload").route->handler(request);
    }
    std::uint64_t messages() { return bus::stream_info(connection, bus::kLogsStream).value().messages; }
    std::vector<Upload> uploads() { return registry.list(100).value(); }
};

/// What a message on logs.> was, for tests.
struct Stored {
    std::string subject;
    std::string payload;
    bus::Headers headers;
};

/// All that LOGS has.
inline std::vector<Stored> stored(World& world) {
    bus::PullConsumer consumer(world.connection, {.stream = std::string(bus::kLogsStream), .name = "test"});
    std::vector<Stored> all;
    while (true) {
        const auto batch = consumer.fetch({.wait = 300ms});
        REQUIRE(batch);
        if (batch->empty()) return all;
        for (const auto& message : *batch)
            all.push_back({std::string(message.subject()), std::string(message.payload()), message.headers()});
    }
}

inline std::string part(std::string_view name, std::string_view file, std::string_view content) {
    std::string out = "--edge\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"";
    if (!file.empty()) out += "; filename=\"" + std::string(file) + "\"";
    return out + "\r\n\r\n" + std::string(content) + "\r\n";
}
inline const std::string kFormEnd = "--edge--\r\n";

/// Lines that do not compress to nothing.
inline std::string lines(std::size_t bytes) {
    std::string text;
    for (std::uint64_t i = 1; text.size() < bytes; ++i) text += "request " + std::to_string(i * 0x9E3779B97F4A7C15U) + " was answered\n";
    return text;
}

inline const std::string& body_of(const http::Response& response) { return std::get<std::string>(response.body); }

}  // namespace logchute::gateway
