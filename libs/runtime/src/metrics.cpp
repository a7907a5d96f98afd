#include "logchute/runtime/metrics.hpp"

#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <list>
#include <mutex>
#include <sstream>
#include <utility>

#include "logchute/core/assert.hpp"
#include "logchute/runtime/logging.hpp"
#include "logchute/runtime/service.hpp"
#include "process_metrics.hpp"

namespace logchute::runtime {
namespace {

prometheus::MetricType to_prometheus(Metrics::Kind kind) {
    return kind == Metrics::Kind::counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
}

prometheus::ClientMetric to_prometheus(Metrics::Kind kind, const Sample& sample) {
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : sample.labels) metric.label.push_back({name, value});
    if (kind == Metrics::Kind::counter)
        metric.counter.value = sample.value;
    else
        metric.gauge.value = sample.value;
    return metric;
}

// prometheus-cpp throws for what is a mistake in our own code: a name that is none, or the same name as another kind.
template <class Make>
auto& made(Make make) {
    try {
        return make();
    } catch (const std::exception& mistake) {
        log_error("a metric cannot be made", {{"cause", mistake.what()}});
        LOGCHUTE_ASSERT(false && "a metric that cannot be made");
        std::abort();
    }
}

}  // namespace

void Counter::add(double n) noexcept {
    if (it_ != nullptr) it_->Increment(n);
}
double Counter::value() const noexcept { return it_ == nullptr ? 0 : it_->Value(); }

void Gauge::set(double value) noexcept {
    if (it_ != nullptr) it_->Set(value);
}
void Gauge::add(double n) noexcept {
    if (it_ != nullptr) it_->Increment(n);  // which takes negative numbers too
}
double Gauge::value() const noexcept { return it_ == nullptr ? 0 : it_->Value(); }

void Histogram::observe(double value) noexcept {
    if (it_ != nullptr) it_->Observe(value);
}

struct Metrics::Impl {
    struct Reader {
        Kind kind;
        std::string name;
        std::string help;
        std::function<std::vector<Sample>()> read;
    };

    // Appends to the family of that name where there is one: a page may have each name once.
    static void append(std::vector<prometheus::MetricFamily>& page, Kind kind, const std::string& name, const std::string& help,
                       const std::vector<Sample>& samples) {
        auto family = std::find_if(page.begin(), page.end(), [&](const auto& other) { return other.name == name; });
        if (family == page.end()) {
            prometheus::MetricFamily fresh;
            fresh.name = name;
            fresh.help = help;
            fresh.type = to_prometheus(kind);
            family = page.insert(page.end(), std::move(fresh));
        }
        for (const Sample& sample : samples) family->metric.push_back(to_prometheus(kind, sample));
    }

    void append_readers(std::vector<prometheus::MetricFamily>& page) {
        const std::lock_guard lock(mutex);
        for (const Reader& reader : readers) {
            std::vector<Sample> samples;
            try {
                samples = reader.read();
            } catch (const std::exception& failure) {
                log_error("a metric cannot be read", {{"name", reader.name}, {"cause", failure.what()}});
            }
            append(page, reader.kind, reader.name, reader.help, samples);
        }
    }

    prometheus::Registry registry;
    std::mutex mutex;           // held while readers run, so that the end of a handle waits for them
    std::list<Reader> readers;  // under mutex
};

Metrics::Metrics() : impl_(std::make_shared<Impl>()) {
    gauge("logchute_build_info", "Always 1; the version is a label.", {{"version", std::string(version())}}).set(1);
}

Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
    Counter counter;
    counter.it_ = &made([&]() -> auto& {
        return prometheus::BuildCounter().Name(name).Help(help).Register(impl_->registry).Add({labels.begin(), labels.end()});
    });
    return counter;
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
    Gauge gauge;
    gauge.it_ = &made([&]() -> auto& {
        return prometheus::BuildGauge().Name(name).Help(help).Register(impl_->registry).Add({labels.begin(), labels.end()});
    });
    return gauge;
}

Histogram Metrics::histogram(const std::string& name, const std::string& help, std::vector<double> buckets, const Labels& labels) {
    Histogram histogram;
    histogram.it_ = &made([&]() -> auto& {
        return prometheus::BuildHistogram().Name(name).Help(help).Register(impl_->registry).Add({labels.begin(), labels.end()}, buckets);
    });
    return histogram;
}

std::shared_ptr<void> Metrics::collect(Kind kind, std::string name, std::string help, std::function<std::vector<Sample>()> read) {
    const std::lock_guard lock(impl_->mutex);
    impl_->readers.push_back({kind, std::move(name), std::move(help), std::move(read)});
    const auto reader = std::prev(impl_->readers.end());
    return {&*reader, [impl = impl_, reader](void*) {
                const std::lock_guard ending(impl->mutex);
                impl->readers.erase(reader);
            }};
}

std::string Metrics::expose() const {
    std::vector<prometheus::MetricFamily> page = impl_->registry.Collect();
    impl_->append_readers(page);
    for (const ProcessMetric& metric : read_process_metrics())
        Impl::append(page, metric.kind, metric.name, metric.help, {{{}, metric.value}});
    // The registry keeps hash tables; a page that is always in the same order is one that people can compare.
    std::sort(page.begin(), page.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    for (auto& family : page)
        std::sort(family.metric.begin(), family.metric.end(), [](const auto& a, const auto& b) { return a.label < b.label; });
    return prometheus::TextSerializer().Serialize(page);
}

std::vector<double> latency_buckets() { return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}; }

}  // namespace logchute::runtime
