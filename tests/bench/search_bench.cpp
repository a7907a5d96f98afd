// What a search costs per row, and what a block's filter costs per record taken in.
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "logchute/core/search/matcher.hpp"
#include "logchute/core/tokens.hpp"

using namespace logchute;
using namespace logchute::search;

namespace {

/// Messages of about 60 bytes, as a busy shop writes them; one in a hundred says that something timed out, one in a thousand took 99x ms.
const std::vector<std::string>& messages() {
    static const std::vector<std::string> all = [] {
        std::mt19937 random(1);
        std::vector<std::string> made;
        for (int i = 0; i < 100'000; ++i) {
            const std::string shard = std::to_string(random() % 64);
            const std::string took = std::to_string(random() % 1000);
            if (random() % 100 == 0) {
                made.push_back("connection to shard " + shard + " timed out, trying again in " + took + " ms");
            } else {
                made.push_back("request " + std::to_string(random() % 1'000'000) + " from shard " + shard + " was answered in " + took +
                               " ms");
            }
        }
        return made;
    }();
    return all;
}

constexpr std::string_view kMessage = "connection to upstream 10.20.30.40:8080 was refused by peer";
constexpr std::string_view kTags = R"({"region":"eu-west"})";
constexpr std::string_view kFields = R"({"status":504,"duration_ms":1200.5,"user":"u-48213","path":"/api/v1/orders/17"})";

Row record() {
    Row row;
    row.level = Level::error;
    row.source = "http";
    row.service = "checkout";
    row.host = "node-7";
    row.message = kMessage;
    row.tags = kTags;
    row.fields = kFields;
    return row;
}

void words(benchmark::State& state, const std::string& sought) {
    const WordSearcher searcher(sought, false);
    std::size_t found = 0;
    for (auto _ : state) {
        for (const std::string& message : messages()) found += searcher.found_in(message) ? 1U : 0U;
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(messages().size()));
    state.counters["found"] = static_cast<double>(found) / static_cast<double>(state.iterations());
}

void match_messages(benchmark::State& state, const std::string& search) {
    const Matcher matcher(*parse_query(search));
    std::size_t found = 0;
    for (auto _ : state) {
        for (const std::string& message : messages()) {
            Row row;
            row.message = message;
            found += matcher.matches(row) ? 1U : 0U;
        }
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(messages().size()));
}

void match_record(benchmark::State& state, const std::string& search) {
    const Matcher matcher(*parse_query(search));
    const Row row = record();
    for (auto _ : state) benchmark::DoNotOptimize(matcher.matches(row));
    state.SetItemsProcessed(state.iterations());
}

void terms(benchmark::State& state) {
    const Row row = record();
    std::vector<std::uint64_t> out;
    for (auto _ : state) {
        out.clear();
        append_terms(out, row);
        benchmark::DoNotOptimize(out.data());
    }
    state.SetItemsProcessed(state.iterations());
}

void message_terms(benchmark::State& state) {
    for (auto _ : state) {
        std::uint64_t sum = 0;
        for_each_token_hash(kMessage, [&sum](std::uint64_t hash) { sum += hash; });
        benchmark::DoNotOptimize(sum);
    }
    state.SetItemsProcessed(state.iterations());
}

void parse(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(parse_query("level:error service:api,web \"connection timeout\" -debug status:>=500"));
}

}  // namespace

BENCHMARK_CAPTURE(words, nowhere, "segfault");
BENCHMARK_CAPTURE(words, nowhere_of_common_letters, "attention");
BENCHMARK_CAPTURE(words, phrase_in_one_of_a_hundred, "timed out");
BENCHMARK_CAPTURE(words, in_every_row, "shard");
BENCHMARK_CAPTURE(match_messages, regex_of_alternatives, "message:~\"time(d )?out\"")->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_CAPTURE(match_messages, regex_with_numbers, "message:~\"shard [0-9]+ in 99. ms\"")->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_CAPTURE(match_messages, regex_that_reads_on, "message:~\"shard [0-9]+ was .* in 99. ms\"")->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_CAPTURE(match_messages, regex_without_text, "message:~\"[0-9]{6} [a-m]+ [^s]\"")->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_CAPTURE(match_record, level_and_word, "level:error refused");
BENCHMARK_CAPTURE(match_record, service, "service:api,web,checkout");
BENCHMARK_CAPTURE(match_record, field_number, "fields.duration_ms:>1000");
BENCHMARK_CAPTURE(match_record, tag_or_field, "user:u-48213");
BENCHMARK(terms);
BENCHMARK(message_terms);
BENCHMARK(parse);
