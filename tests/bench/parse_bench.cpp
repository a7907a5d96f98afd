// What a line costs, format by format, on its way from a message's text to records. One core; messages of 512 KiB, as the gateway makes them.
#include <benchmark/benchmark.h>

#include <cstdarg>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "logchute/core/batch_parser.hpp"
#include "logchute/core/json_records.hpp"

using namespace logchute;

namespace {

constexpr std::size_t kMessageBytes = 512U << 10;
constexpr std::size_t kMessages = 16;  // 8 MiB: more than the second-level cache holds

std::mt19937& dice() {
    static std::mt19937 random(7);
    return random;
}
unsigned below(unsigned limit) { return static_cast<unsigned>(dice()() % limit); }

[[gnu::format(printf, 1, 2)]] std::string print(const char* format, ...) {
    char line[1024];
    va_list values;
    va_start(values, format);
    const int size = std::vsnprintf(line, sizeof line, format, values);
    va_end(values);
    return {line, static_cast<std::size_t>(size)};
}

const char* level() {
    static constexpr const char* kSpellings[] = {"debug", "info", "info", "info", "warn", "error"};
    return kSpellings[below(6)];
}
std::string message() {
    return print("request %u for shard %u was answered after %u ms and %u bytes of body", below(1'000'000), below(64), below(1000),
                 below(100'000));
}
std::string time_of_day() { return print("%02u:%02u:%02u", below(24), below(60), below(60)); }

/// About 250 bytes, with everything in its place.
std::string json_line() {
    return print(
        R"({"timestamp":"2026-11-21T%s.%09uZ","level":"%s","service":"svc-%u","host":"node-%02u","message":"%s","tags":{"run":"x%u"},)"
        R"("fields":{"seq":%u,"mix":%u,"duration_ms":%u.%u}})",
        time_of_day().c_str(), below(1'000'000'000), level(), below(10), below(30), message().c_str(), below(100), below(1'000'000),
        below(100), below(1000), below(10));
}
/// As pino writes: all at the top, so that fields has to be built.
std::string flat_json_line() {
    return print(R"({"level":%u,"time":%u%03u,"pid":%u,"hostname":"node-%02u","req_id":"%08x-%04x","route":"/api/v1/orders","status":%u,)"
                 R"("duration_ms":%u.%u,"msg":"%s"})",
                 (below(5) + 1) * 10, 1'700'000'000 + below(50'000'000), below(1000), below(30'000), below(30), below(~0U), below(65'536),
                 200 + below(300), below(1000), below(10), message().c_str());
}
/// With escapes and text beyond ASCII, which cost more.
std::string escaped_json_line() {
    return print(
        R"({"timestamp":"2026-11-21T%s.%03uZ","level":"%s","service":"svc-%u","message":"Größe \"%u\"\n\tat %s","tags":{"run":"x"},"fields":{"p":"C:\\%u"}})",
        time_of_day().c_str(), below(1000), level(), below(10), below(1000), message().c_str(), below(1000));
}
std::string logfmt_line() {
    return print("ts=2026-11-21T%s.%03uZ level=%s service=svc-%u host=node-%02u msg=\"%s\" seq=%u duration_ms=%u.%u cached=true",
                 time_of_day().c_str(), below(1000), level(), below(10), below(30), message().c_str(), below(1'000'000), below(1000),
                 below(10));
}
std::string clf_line() {
    return print(
        R"(10.%u.%u.%u - user%u [21/Nov/2026:%s +0000] "GET /api/v1/orders/%u?page=%u HTTP/1.1" %u %u "https://shop.example/cart" )"
        R"("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36")",
        below(256), below(256), below(256), below(100), time_of_day().c_str(), below(100'000), below(20), 200 + below(300), below(100'000));
}
std::string syslog_line() {
    return print(R"(<%u>1 2026-11-21T%s.%06uZ node-%02u shop %u ID%u [req@32473 id="%08x" route="/orders"] %s)", 8 + below(8),
                 time_of_day().c_str(), below(1'000'000), below(30), below(30'000), below(100), below(~0U), message().c_str());
}
std::string rfc3164_line() {
    return print("<%u>Nov 21 %s node-%02u sshd[%u]: %s", 8 + below(8), time_of_day().c_str(), below(30), below(30'000), message().c_str());
}
std::string plain_line() {
    return print("2026-11-21 %s,%03u %s [worker-%u] c.e.shop.Orders - %s", time_of_day().c_str(), below(1000), below(2) ? "INFO " : "ERROR",
                 below(16), message().c_str());
}
std::string bare_line() { return message(); }
std::string mixed_line() {
    static constexpr std::string (*kMakers[])() = {json_line, flat_json_line, logfmt_line, clf_line, syslog_line, plain_line};
    return kMakers[below(6)]();
}

std::vector<std::string> messages(std::string (*make)()) {
    std::vector<std::string> out(kMessages);
    for (std::string& text : out) {
        while (text.size() < kMessageBytes) text.append(make()).push_back('\n');
    }
    return out;
}

void parse(benchmark::State& state, Format format, std::string (*make)()) {
    const std::vector<std::string> texts = messages(make);
    const BatchOptions options{.format = format, .received = now()};
    ParsedBatch batch;
    std::size_t next = 0;
    std::size_t bytes = 0;
    std::size_t records = 0;
    for (auto _ : state) {
        const std::string& text = texts[next++ % kMessages];
        BatchParser().parse(text, options, batch);
        if (!batch.bad.empty()) return state.SkipWithError(batch.bad[0].detail.c_str());
        bytes += text.size();
        records += batch.records.size();
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
    state.SetItemsProcessed(static_cast<std::int64_t>(records));
}

BENCHMARK_CAPTURE(parse, json, Format::json, json_line);
BENCHMARK_CAPTURE(parse, json_flat, Format::json, flat_json_line);
BENCHMARK_CAPTURE(parse, json_escaped, Format::json, escaped_json_line);
BENCHMARK_CAPTURE(parse, logfmt, Format::logfmt, logfmt_line);
BENCHMARK_CAPTURE(parse, clf, Format::clf, clf_line);
BENCHMARK_CAPTURE(parse, syslog_rfc5424, Format::syslog, syslog_line);
BENCHMARK_CAPTURE(parse, syslog_rfc3164, Format::syslog, rfc3164_line);
BENCHMARK_CAPTURE(parse, plain, Format::plain, plain_line);
BENCHMARK_CAPTURE(parse, plain_bare, Format::plain, bare_line);
BENCHMARK_CAPTURE(parse, auto_json, Format::automatic, json_line);
BENCHMARK_CAPTURE(parse, auto_mixed, Format::automatic, mixed_line);

/// A body of application/json: an array of 32 MiB, checked whole and cut into lines.
void cut_array(benchmark::State& state, std::string (*line)()) {
    std::string document = "[" + line();
    while (document.size() < 32U << 20) document += ',' + line();
    document += ']';
    for (auto _ : state) {
        state.PauseTiming();
        std::string body = document;
        state.ResumeTiming();
        benchmark::DoNotOptimize(json_records(std::move(body)));
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(document.size()));
}
BENCHMARK_CAPTURE(cut_array, json, json_line);
BENCHMARK_CAPTURE(cut_array, json_escaped, escaped_json_line);

void read_rfc3339(benchmark::State& state) {
    std::string text = "2026-11-21T02:28:01.123456789Z";
    for (auto _ : state) {
        benchmark::DoNotOptimize(text.data());
        benchmark::DoNotOptimize(parse_rfc3339(text));
    }
}
BENCHMARK(read_rfc3339);

void write_record(benchmark::State& state) {
    const std::vector<std::string> texts = messages(json_line);
    ParsedBatch batch;
    BatchParser().parse(texts[0], {.format = Format::json}, batch);
    std::string out;
    std::size_t bytes = 0;
    for (auto _ : state) {
        out.clear();
        for (const LogRecord& record : batch.records) append_record_json(out, record, "17-0", "http");
        bytes += out.size();
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch.records.size()));
}
BENCHMARK(write_record);

}  // namespace
