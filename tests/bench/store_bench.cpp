// The embedded store: how fast records go in, and what searches cost beside many of them.
//
// LOGCHUTE_BENCH_ROWS (default 1,000,000) is the size of the store; LOGCHUTE_BENCH_STORE a folder to keep it in and to use again.
#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "logchute/core/batch_parser.hpp"
#include "logchute/store/duckdb_store.hpp"

namespace {

using namespace logchute;
using namespace logchute::store;

constexpr std::size_t kMessageRecords = 1000;
constexpr std::size_t kBatchMessages = 100;  // 100,000 records in a transaction.
constexpr std::int64_t kBegin = 1'795'219'200'000'000'000;  // 2026-11-21

std::size_t rows_wanted() {
    const char* const text = std::getenv("LOGCHUTE_BENCH_ROWS");
    return text != nullptr ? std::strtoull(text, nullptr, 10) : 1'000'000;
}

// 200 records a second, about 250 bytes each.
std::string make_lines(std::size_t first, std::size_t count) {
    static constexpr const char* kLevels[] = {"info", "info", "info", "info", "info", "info", "info", "debug", "warn", "error"};
    std::string text;
    char line[512];
    for (std::size_t n = first; n < first + count; ++n) {
        const auto time = format_rfc3339(from_nanos(kBegin + static_cast<std::int64_t>(n) * 5'000'000));
        const auto size = std::snprintf(
            line, sizeof line,
            R"({"timestamp":"%s","level":"%s","service":"svc-%zu","host":"node-%02zu","message":"request %zu of /cart/%zu answered by shard %zu in %zu ms",)"
            R"("tags":{"region":"eu-%zu"},"fields":{"seq":%zu,"user":"u%zu","status":%zu,"duration_ms":%zu.5}})",
            time.c_str(), kLevels[n % 10], n % 7, n % 50, n, n * 7919 % 5000, n % 64, n % 997, n % 3, n, n * 31 % 100'000,
            n % 97 == 0 ? std::size_t{504} : std::size_t{200}, n % 997);
        text.append(line, static_cast<std::size_t>(size));
        text += '\n';
    }
    return text;
}

// One transaction's worth, parsed.
struct Batch {
    std::vector<std::string> texts;
    std::vector<ParsedBatch> parsed;
    std::vector<MessageRecords> messages;
    WriteBatch batch;
};

void fill(Batch& out, std::size_t first, std::size_t rows) {
    out.texts.clear();
    out.messages.clear();
    out.parsed.resize(kBatchMessages);
    BatchParser parser;
    for (std::size_t at = 0; at < rows; at += kMessageRecords)
        out.texts.push_back(make_lines(first + at, std::min(kMessageRecords, rows - at)));
    for (std::size_t i = 0; i < out.texts.size(); ++i) {
        const auto sequence = first / kMessageRecords + i + 1;
        const auto received = from_nanos(kBegin + static_cast<std::int64_t>(first));
        parser.parse(out.texts[i], {.format = Format::json, .received = received, .default_service = {}, .default_tags = {}},
                     out.parsed[i]);
        out.messages.push_back({sequence, received, "bench", out.parsed[i].records});
    }
    out.batch = {out.messages, out.messages.back().sequence, {{"source/bench", {rows, 0}}}};
}

// The store that all searches share. Built once; its building is the first benchmark.
struct World {
    std::filesystem::path folder;
    bool keep = false;
    std::unique_ptr<DuckDbStore> store;
    std::size_t rows = 0;

    World() {
        const char* const kept = std::getenv("LOGCHUTE_BENCH_STORE");
        keep = kept != nullptr;
        folder = keep ? std::filesystem::path(kept)
                      : std::filesystem::temp_directory_path() / ("logchute-store-bench-" + std::to_string(::getpid()));
        open();
    }
    ~World() {
        store.reset();
        if (!keep) std::filesystem::remove_all(folder);
    }
    void open() {
        DuckDbOptions options;
        options.path = folder.string();
        store = std::make_unique<DuckDbStore>(options);
        rows = store->usage().rows;
    }
    void check(bool fine, const char* what) const {
        if (fine) return;
        std::cerr << what << '\n';
        std::exit(1);
    }
};

// Ends with main(): a store outlives neither DuckDB's own static objects nor anything else of the library.
std::unique_ptr<World> the_world;
World& world() {
    if (!the_world) the_world = std::make_unique<World>();
    return *the_world;
}

// Of the whole process, DuckDB's threads among them.
double processor_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void append(benchmark::State& state) {
    auto& w = world();
    const auto wanted = rows_wanted();
    Batch batch;
    double longest = 0;
    std::size_t appended = 0;
    for (auto _ : state) {
        double total = 0, spent = 0;
        while (w.rows < wanted) {
            const auto rows = std::min(kBatchMessages * kMessageRecords, wanted - w.rows);
            fill(batch, w.rows, rows);
            const auto spent_before = processor_seconds();
            const auto begun = std::chrono::steady_clock::now();
            w.check(w.store->append(batch.batch).has_value(), "append failed");
            const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
            spent += processor_seconds() - spent_before;
            total += took;
            longest = std::max(longest, took);
            w.rows += rows;
            appended += rows;
        }
        state.SetIterationTime(total);
        if (appended != 0) state.counters["cpu_us_per_row"] = spent * 1e6 / static_cast<double>(appended);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(appended));
    state.counters["longest_ms"] = longest * 1000;
    state.counters["bytes_per_row"] = static_cast<double>(w.store->usage().bytes_on_disk) / static_cast<double>(w.rows);
}
BENCHMARK(append)->Iterations(1)->UseManualTime()->Unit(benchmark::kSecond);

// Searches while records come in: how long a reader waits.
void read_while_appending(benchmark::State& state) {
    auto& w = world();
    std::atomic<bool> stop{false};
    std::vector<double> waits;
    std::jthread reader([&] {
        SearchRequest request;
        request.scope.query = *search::parse_query("\"request 123457 of\"");
        while (!stop) {
            const auto begun = std::chrono::steady_clock::now();
            w.check(w.store->search(request).has_value(), "search failed");
            waits.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count());
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    });
    Batch batch;
    double total = 0;
    for (auto _ : state) {
        fill(batch, w.rows, kBatchMessages * kMessageRecords);
        const auto begun = std::chrono::steady_clock::now();
        w.check(w.store->append(batch.batch).has_value(), "append failed");
        const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        total += took;
        state.SetIterationTime(took);
        w.rows += kBatchMessages * kMessageRecords;
    }
    stop = true;
    reader.join();
    std::sort(waits.begin(), waits.end());
    state.counters["rows_per_s"] = static_cast<double>(state.iterations()) * kBatchMessages * kMessageRecords / total;
    state.counters["reader_p50_ms"] = waits[waits.size() / 2];
    state.counters["reader_p99_ms"] = waits[waits.size() * 99 / 100];
    state.counters["reader_max_ms"] = waits.back();
}

void search_for(benchmark::State& state, const char* text) {
    auto& w = world();
    SearchRequest request;
    request.scope.query = *search::parse_query(text);
    std::size_t found = 0;
    for (auto _ : state) {
        const auto page = w.store->search(request);
        w.check(page.has_value(), "search failed");
        found = page->count;
    }
    state.counters["found"] = static_cast<double>(found);
}
BENCHMARK_CAPTURE(search_for, everything, "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search_for, nowhere, "\"connection refused by peer\"")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search_for, rare_phrase, "\"request 123457 of\"")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search_for, rare_field, "fields.seq:765432")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search_for, common_word, "shard")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search_for, errors_of_service, "level:error service:svc-3")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search_for, one_user, "user:u77")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(search_for, regex_nowhere, "message:~\"time(d )?out [0-9]+\"")->Unit(benchmark::kMillisecond);

void count_of(benchmark::State& state, const char* text) {
    auto& w = world();
    StatsRequest request;
    request.scope.query = *search::parse_query(text);
    std::uint64_t total = 0;
    for (auto _ : state) {
        const auto stats = w.store->stats(request);
        w.check(stats.has_value(), "stats failed");
        total = stats->total;
    }
    state.counters["total"] = static_cast<double>(total);
}
BENCHMARK_CAPTURE(count_of, everything, "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(count_of, word, "\"shard 17\"")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(count_of, regex, "message:~\"shard 1[0-9] in [0-9]+7 ms\"")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(count_of, regex_without_literal, "message:~\"[0-9]{3} of\"")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(count_of, slow_requests, "duration_ms:>990")->Unit(benchmark::kMillisecond);

void group_by(benchmark::State& state, const char* name, Aggregate aggregate) {
    auto& w = world();
    StatsRequest request;
    request.by = {name};
    request.aggregate = aggregate;
    request.field = "duration_ms";
    for (auto _ : state) w.check(w.store->stats(request).has_value(), "stats failed");
}
BENCHMARK_CAPTURE(group_by, service, "service", Aggregate::count)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(group_by, p99_by_service, "service", Aggregate::p99)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(group_by, user, "user", Aggregate::count)->Unit(benchmark::kMillisecond);

void counts_per_minute(benchmark::State& state, const char* by) {
    auto& w = world();
    HistogramRequest request;
    request.by = by;
    for (auto _ : state) w.check(w.store->histogram(request).has_value(), "histogram failed");
}
BENCHMARK_CAPTURE(counts_per_minute, by_level, "level")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(counts_per_minute, by_service, "service")->Unit(benchmark::kMillisecond);

void list_fields(benchmark::State& state) {
    auto& w = world();
    for (auto _ : state) w.check(w.store->fields({}).has_value(), "fields failed");
}
BENCHMARK(list_fields)->Unit(benchmark::kMillisecond);

void export_page(benchmark::State& state) {
    auto& w = world();
    SearchRequest request;
    request.limit = 10'000;
    for (auto _ : state) {
        const auto page = w.store->search(request);
        w.check(page.has_value(), "search failed");
        request.cursor = page->next_cursor;
    }
    state.SetItemsProcessed(state.iterations() * 10'000);
}
BENCHMARK(export_page)->Unit(benchmark::kMillisecond);

void open_again(benchmark::State& state) {
    auto& w = world();
    for (auto _ : state) {
        w.store.reset();
        w.open();
    }
}
BENCHMARK(open_again)->Unit(benchmark::kMillisecond)->Iterations(3);
BENCHMARK(read_while_appending)->Iterations(10)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    the_world.reset();
    return 0;
}
