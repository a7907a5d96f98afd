// A service's own metrics, in front of prometheus-cpp.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace logchute::runtime {

using Labels = std::map<std::string, std::string>;

/// Only rises. Cheap (an atomic add), any thread. As with the others here: a copy is the same metric, and one that the registry has not
/// given does nothing.
class Counter {
public:
    void add(double n = 1) noexcept;
    [[nodiscard]] double value() const noexcept;

private:
    friend class Metrics;
    prometheus::Counter* it_ = nullptr;
};
class Gauge {
public:
    void set(double value) noexcept;
    void add(double n) noexcept;
    [[nodiscard]] double value() const noexcept;

private:
    friend class Metrics;
    prometheus::Gauge* it_ = nullptr;
};
class Histogram {
public:
    void observe(double value) noexcept;

private:
    friend class Metrics;
    prometheus::Histogram* it_ = nullptr;
};

/// One sample of a family that is counted elsewhere, read at each scrape.
struct Sample {
    Labels labels;
    double value;
};

/// The registry of one process. Names follow Prometheus: base units, `_total` on counters, bounded labels that carry no user text.
/// Threads:  any.
/// Lifetime: counters, gauges and histograms are valid as long as the registry.
/// Failures: none at run time. A name or label that is not one, or a name asked for again as another kind, is a bug and aborts.
class Metrics {
public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    /// Asking twice for the same name and labels gives the same metric.
    Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
    Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
    Histogram histogram(const std::string& name, const std::string& help, std::vector<double> buckets, const Labels& labels = {});
    enum class Kind { counter, gauge };
    /// A family whose samples `read` gives at each scrape: for counts that hot paths keep in their own way. The page shows the family even
    /// while it has no samples. `read` runs on the thread that scrapes, must be quick, and must not call this registry. Destroying the
    /// handle ends it: once that has returned, `read` neither runs nor will.
    [[nodiscard]] std::shared_ptr<void> collect(Kind kind, std::string name, std::string help, std::function<std::vector<Sample>()> read);

    /// The page of /metrics: Prometheus text format, with the process's own (cpu, memory, file descriptors, start time).
    [[nodiscard]] std::string expose() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;  // shared with the handles of collect(), which may go last
};

/// 1 ms to 10 s.
[[nodiscard]] std::vector<double> latency_buckets();

}  // namespace logchute::runtime
