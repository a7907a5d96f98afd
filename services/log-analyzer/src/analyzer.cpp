#include "analyzer.hpp"

#include <array>
#include <condition_variable>
#include <optional>
#include <string>
#include <utility>

#include "logchute/bus/names.hpp"
#include "logchute/runtime/logging.hpp"

namespace logchute::analyzer {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kRetry = 200ms;
constexpr std::size_t kFetchMessages = 256;
constexpr std::size_t kFetchBytes = 8U << 20;

}  // namespace

bus::ConsumerSpec analyzer_consumer() {
    return {.stream = std::string(bus::kLogsStream), .name = std::string(bus::kAnalyzerConsumer), .filter_subject = ""};
}

/// One counting thread and the ring that feeds it.
struct Analyzer::Worker {
    Worker(std::size_t queue_messages, KnownNames& sources, KnownNames& services)
        : queue(queue_messages), room(static_cast<std::ptrdiff_t>(queue_messages)), counts(sources, services) {}

    SpscRing<bus::Message> queue;        ///< Pushed by the fetching thread, popped by this one.
    std::counting_semaphore<> items{0};  ///< One for each message in the queue, and one more to end.
    std::counting_semaphore<> room;      ///< One for each free place: full blocks the fetching thread.
    std::atomic<bool> ending = false;

    std::mutex mutex;                   ///< Guards `counts`: held by the worker for a message's counting, by a scrape for a copy.
    Counts counts;

    std::jthread thread;                // last: ends before the rest is gone
};

Analyzer::Analyzer(bus::Connection& connection, const runtime::Settings& settings, runtime::Metrics& metrics)
    : settings_(settings.analyzer),
      line_bytes_max_(settings.gateway.line_bytes_max.value),
      sources_(settings_.max_services),
      services_(settings_.max_services),
      consumer_(connection, analyzer_consumer()),
      redelivered_total_(metrics.counter("log_analyzer_redelivered_total", "Messages delivered again after they had been counted.")),
      pending_(metrics.gauge("log_analyzer_lag_messages", "Messages of LOGS that are not counted yet.")) {
    for (std::uint32_t i = 0; i < settings_.workers; ++i) {
        auto& worker = *workers_.emplace_back(std::make_unique<Worker>(settings_.queue_messages, sources_, services_));
        worker.thread = std::jthread([this, &worker] { work(worker); });
    }
    expose(metrics);
    fetcher_ = std::jthread([this](const std::stop_token& stop) { fetch(stop); });
}

Analyzer::~Analyzer() {
    stop();
    collectors_.clear();
}

void Analyzer::stop() {
    fetcher_.request_stop();
    if (fetcher_.joinable()) fetcher_.join();
    for (auto& worker : workers_) {
        worker->ending = true;
        worker->items.release();
    }
    for (auto& worker : workers_)
        if (worker->thread.joinable()) worker->thread.join();
}

// The fetching thread.

void Analyzer::fetch(const std::stop_token& stop) {
    std::mutex idle;
    std::condition_variable_any wake;
    bool is_bus_away = false;  // so that it is said once
    while (!stop.stop_requested()) {
        auto messages = consumer_.fetch({.messages = kFetchMessages, .bytes = kFetchBytes, .wait = 500ms});
        if (!messages) {
            if (!std::exchange(is_bus_away, true))
                runtime::log_warn("cannot take from LOGS; trying again", {{"cause", messages.error().detail}});
            std::unique_lock lock(idle);
            wake.wait_for(lock, stop, kRetry, [] { return false; });
            continue;
        }
        is_bus_away = false;
        if (messages->empty()) pending_.set(0);
        for (bus::Message& message : *messages) {
            pending_.set(static_cast<double>(message.pending()));
            if (seen_.insert(message.sequence())) {
                hand_to_worker(std::move(message));
            } else {
                redelivered_total_.add();
                (void)message.ack();
            }
        }
    }
}

void Analyzer::hand_to_worker(bus::Message message) {
    Worker& worker = *workers_[next_worker_++ % workers_.size()];
    worker.room.acquire();
    (void)worker.queue.try_push(std::move(message));  // there is room: the semaphore said so
    worker.items.release();
}

// A worker's thread.

void Analyzer::work(Worker& worker) {
    bus::LogMessageReader reader(line_bytes_max_);
    ParsedBatch parsed;
    std::string scratch;
    while (true) {
        worker.items.acquire();
        std::optional<bus::Message> message;
        worker.queue.pop_batch(1, [&](bus::Message&& popped) { message.emplace(std::move(popped)); });
        if (!message) {
            if (worker.ending) return;
            continue;
        }
        worker.room.release();
        const bus::LogMessage log = reader.read(*message, scratch, parsed);
        {
            const std::lock_guard lock(worker.mutex);
            worker.counts.add(log.source, message->payload().size(), parsed);
        }
        {
            const std::lock_guard lock(mutex_);
            throughput_.add(Clock::now(), parsed.records.size() + parsed.bad.size());
        }
        (void)message->ack();  // a lost one is delivered again, and recognised
    }
}

// Any thread.

Counts Analyzer::total() const {
    Counts sum(sources_, services_);
    for (const auto& worker : workers_) {
        const std::lock_guard lock(worker->mutex);
        sum.merge(worker->counts);
    }
    return sum;
}

void Analyzer::expose(runtime::Metrics& metrics) {
    using Kind = runtime::Metrics::Kind;
    using Samples = std::vector<runtime::Sample>;
    const auto by_name = [](const TextMap<std::uint64_t>& counts, const char* label) {
        Samples samples;
        for (const auto& [name, count] : counts) samples.push_back({{{label, name}}, static_cast<double>(count)});
        return samples;
    };
    collectors_.push_back(metrics.collect(Kind::counter, "log_messages_total",
                                          "Records taken in, by source; those that do not parse among them.",
                                          [this, by_name] { return by_name(total().by_source(), "source"); }));
    collectors_.push_back(metrics.collect(Kind::counter, "log_bytes_total", "Bytes of messages taken in, by source.",
                                          [this, by_name] { return by_name(total().bytes_by_source(), "source"); }));
    collectors_.push_back(metrics.collect(Kind::counter, "log_parse_errors_total", "Lines that do not parse, by reason.", [this] {
        Samples samples;
        const Counts counts = total();
        for (std::size_t i = 0; i < kReasonCount; ++i)
            samples.push_back({{{"reason", std::string(to_string(static_cast<Reason>(i)))}}, static_cast<double>(counts.errors()[i])});
        return samples;
    }));
    collectors_.push_back(metrics.collect(Kind::counter, "log_records_total", "Records that parse, by service and level.", [this] {
        Samples samples;
        const Counts counts = total();
        for (const auto& [service, levels] : counts.by_service())
            for (std::size_t i = 0; i < levels.size(); ++i)
                if (levels[i] != 0)
                    samples.push_back(
                        {{{"service", service}, {"level", std::string(to_string(kLevels[i]))}}, static_cast<double>(levels[i])});
        return samples;
    }));
    collectors_.push_back(
        metrics.collect(Kind::gauge, "log_throughput_per_second", "Records a second, over the last five seconds.", [this] {
            const std::lock_guard lock(mutex_);
            return Samples{{{}, throughput_.per_second(Clock::now())}};
        }));
}

}  // namespace logchute::analyzer
