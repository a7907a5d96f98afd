#include "logchute/runtime/metrics.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>

using namespace logchute::runtime;
using Catch::Matchers::ContainsSubstring;
using Samples = std::vector<Sample>;

TEST_CASE("counters, gauges and histograms are shown with help and type") {
    Metrics metrics;
    metrics.counter("things_total", "Things seen.", {{"kind", "a"}}).add();
    metrics.counter("things_total", "Things seen.", {{"kind", "b"}}).add(2.5);
    metrics.gauge("level", "A level.").set(-3);
    auto histogram = metrics.histogram("took_seconds", "Time.", {0.1, 1});
    histogram.observe(0.1);
    histogram.observe(5);
    const std::string page = metrics.expose();
    for (const char* line :
         {"# HELP things_total Things seen.\n# TYPE things_total counter\nthings_total{kind=\"a\"} 1\nthings_total{kind=\"b\"} 2.5\n",
          "# TYPE level gauge\nlevel -3\n", "# TYPE took_seconds histogram\n", "took_seconds_count 2\n", "took_seconds_sum 5.1",
          "took_seconds_bucket{le=\"0.1\"} 1\n", "took_seconds_bucket{le=\"1\"} 1\n", "took_seconds_bucket{le=\"+Inf\"} 2\n"})
        CHECK_THAT(page, ContainsSubstring(line));
    CHECK(page.ends_with('\n'));
}

TEST_CASE("the same name and labels are the same metric") {
    Metrics metrics;
    Counter one = metrics.counter("things_total", "Things.", {{"a", "1"}});
    Counter same = metrics.counter("things_total", "Things.", {{"a", "1"}});
    one.add(2);
    same.add(3);
    CHECK(one.value() == 5);
    Gauge gauge = metrics.gauge("level", "Level.");
    gauge.add(2);
    gauge.add(-5);
    CHECK(metrics.gauge("level", "Level.").value() == -3);
}

TEST_CASE("a metric that nobody made does nothing") {
    Counter counter;
    Gauge gauge;
    counter.add();
    gauge.set(1);
    Histogram().observe(1);
    CHECK(counter.value() == 0);
    CHECK(gauge.value() == 0);
}

TEST_CASE("collected families are read at each scrape, until their handle goes") {
    Metrics metrics;
    double count = 1;
    auto handle =
        metrics.collect(Metrics::Kind::counter, "read_total", "Read.", [&] { return Samples{{{{"source", "web"}}, count}, {{}, 7}}; });
    CHECK_THAT(metrics.expose(), ContainsSubstring("# TYPE read_total counter\nread_total 7\nread_total{source=\"web\"} 1\n"));
    count = 12;
    CHECK_THAT(metrics.expose(), ContainsSubstring("read_total{source=\"web\"} 12\n"));
    handle.reset();
    CHECK_THAT(metrics.expose(), !ContainsSubstring("read_total"));
}

TEST_CASE("a collected family is there without samples, and when reading it fails") {
    Metrics metrics;
    const auto empty = metrics.collect(Metrics::Kind::counter, "none_total", "None.", [] { return Samples{}; });
    const auto broken = metrics.collect(Metrics::Kind::gauge, "broken", "Broken.", []() -> Samples { throw std::runtime_error("no"); });
    CHECK_THAT(metrics.expose(), ContainsSubstring("# TYPE none_total counter\n"));
    CHECK_THAT(metrics.expose(), ContainsSubstring("# TYPE broken gauge\n"));
}

TEST_CASE("two readers of one name share one family") {
    Metrics metrics;
    const auto read = [](const char* source) { return [=] { return Samples{{{{"source", source}}, 1}}; }; };
    const auto a = metrics.collect(Metrics::Kind::counter, "read_total", "Read.", read("a"));
    const auto b = metrics.collect(Metrics::Kind::counter, "read_total", "Read.", read("b"));
    metrics.counter("read_total", "Read.", {{"source", "c"}}).add();
    const std::string page = metrics.expose();
    CHECK(page.find("# TYPE read_total") == page.rfind("# TYPE read_total"));
    CHECK_THAT(page, ContainsSubstring("read_total{source=\"a\"} 1\nread_total{source=\"b\"} 1\nread_total{source=\"c\"} 1\n"));
}

TEST_CASE("a handle may outlive the registry") {
    std::shared_ptr<void> handle;
    {
        Metrics metrics;
        handle = metrics.collect(Metrics::Kind::gauge, "x", "X.", [] { return Samples{}; });
    }
    handle.reset();
    SUCCEED();
}

TEST_CASE("once a handle is gone its reader does not run") {
    Metrics metrics;
    std::atomic<bool> gone = false;
    std::atomic<bool> ran_after = false;
    const std::jthread scraper([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) (void)metrics.expose();
    });
    for (int i = 0; i < 50; ++i) {
        gone = false;
        auto handle = metrics.collect(Metrics::Kind::gauge, "x", "X.", [&] {
            if (gone) ran_after = true;
            return Samples{};
        });
        handle.reset();
        gone = true;
        std::this_thread::yield();
    }
    CHECK_FALSE(ran_after);
}

TEST_CASE("label values are escaped, whatever is in them") {
    Metrics metrics;
    metrics.counter("odd_total", "Odd.", {{"value", "a\"b\\c\nd"}}).add();
    CHECK_THAT(metrics.expose(), ContainsSubstring("odd_total{value=\"a\\\"b\\\\c\\nd\"} 1\n"));
}

TEST_CASE("large counts and small bounds are written so that they read back") {
    Metrics metrics;
    metrics.counter("big_total", "Big.").add(123456789012);
    metrics.histogram("h", "H.", latency_buckets()).observe(0.0015);
    const std::string page = metrics.expose();
    CHECK_THAT(page, ContainsSubstring("big_total 123456789012\n"));
    for (const char* bound : {"0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10"})
        CHECK_THAT(page, ContainsSubstring("le=\"" + std::string(bound) + "\""));
}

TEST_CASE("the page tells about the process and the build, each family once") {
    const Metrics metrics;
    const std::string page = metrics.expose();
    for (const char* line :
         {"# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total ", "\nprocess_resident_memory_bytes ", "\nprocess_open_fds ",
          "\nprocess_max_fds ", "\nprocess_threads ", "\nprocess_start_time_seconds 1", "logchute_build_info{version=\"0.1.0\"} 1\n"})
        CHECK_THAT(page, ContainsSubstring(line));
    std::istringstream lines(page);
    std::set<std::string> types;
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("# TYPE ")) CHECK(types.insert(line).second);
}
