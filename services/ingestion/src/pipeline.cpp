#include "pipeline.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "logchute/bus/names.hpp"
#include "logchute/bus/stream.hpp"
#include "logchute/runtime/logging.hpp"

namespace logchute::ingestion {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kFirstRetry = 100ms;
constexpr auto kLastRetry = 5s;
// One fetch is a part of a batch, so that parsing begins while the rest is still on its way.
constexpr std::size_t kFetchMessages = 512;
constexpr std::size_t kFetchBytes = 8U << 20;

// For tests/fault alone, which has to find what this loses: acknowledges before it commits, and believes the consumer.
#ifdef LOGCHUTE_TEST_ACK_FIRST
constexpr bool kAckFirst = true;
#else
constexpr bool kAckFirst = false;
#endif

}  // namespace

bus::ConsumerSpec ingestion_consumer() {
    return {.stream = std::string(bus::kLogsStream), .name = std::string(bus::kIngestionConsumer), .filter_subject = ""};
}

Pipeline::Pipeline(bus::Connection& connection, store::LogWriter& writer, Ledger& ledger, bus::Publisher& publisher,
                   const runtime::Settings& settings, runtime::Metrics& metrics)
    : settings_(settings.ingestion),
      writer_(writer),
      ledger_(ledger),
      connection_(connection),
      consumer_(connection, ingestion_consumer()),
      tracker_(writer.reached()),
      reader_(settings.gateway.line_bytes_max.value),
      dead_letters_(publisher, metrics),
      committed_(writer.reached()),
      records_total_(metrics.counter("ingestion_records_total", "Records committed to the store.")),
      bytes_total_(metrics.counter("ingestion_bytes_total", "Bytes of messages committed to the store.")),
      batches_total_(metrics.counter("ingestion_batches_total", "Transactions committed to the store.")),
      redelivered_total_(metrics.counter("ingestion_redelivered_total", "Messages delivered again after they had been taken.")),
      lost_total_(metrics.counter("ingestion_messages_lost_total", "Messages that left the stream before they could be stored.")),
      retries_total_(metrics.counter("ingestion_retries_total", "Failed attempts to commit a batch.")),
      batch_seconds_(metrics.histogram("ingestion_batch_seconds", "Time to commit one batch.", runtime::latency_buckets())),
      batch_records_(metrics.histogram("ingestion_batch_records", "Records in one batch.", {1, 10, 100, 1e3, 1e4, 5e4, 1e5, 2e5})),
      reached_(metrics.gauge("ingestion_reached_sequence", "Sequence of LOGS up to which all is in the store.")),
      pending_(metrics.gauge("ingestion_lag_messages", "Messages of LOGS that are not in the store yet.")),
      queue_fill_(
          metrics.gauge("ingestion_queue_batches", "Parsed batches that wait for the writer; 1 is full, and full means no fetching.")),
      spare_(std::make_unique<PendingBatch>()) {
    reached_.set(static_cast<double>(committed_.load()));
    writer_thread_ = std::jthread([this] { write(); });
    taker_thread_ = std::jthread([this](const std::stop_token& stop) { take(stop); });
}

Pipeline::~Pipeline() { stop(Clock::now()); }

void Pipeline::stop(Clock::time_point deadline) {
    {
        const std::lock_guard lock(mutex_);
        deadline_ = deadline;
    }
    changed_.notify_all();
    taker_thread_.request_stop();
    if (taker_thread_.joinable()) taker_thread_.join();
    if (writer_thread_.joinable()) writer_thread_.join();
}

runtime::CheckResult Pipeline::store_check() const {
    const std::lock_guard lock(mutex_);
    return trouble_.empty() ? runtime::CheckResult{} : runtime::CheckResult{false, trouble_};
}

void Pipeline::set_trouble(std::string trouble) {
    const std::lock_guard lock(mutex_);
    trouble_ = std::move(trouble);
}

// The taking thread.

void Pipeline::take(const std::stop_token& stop) {
    auto batch = std::make_unique<PendingBatch>();
    while (!adopt_stream() && !stop.stop_requested()) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, stop, kFirstRetry, [] { return false; });
    }
    while (!stop.stop_requested()) {
        fill(*batch, stop);
        if (!batch->empty() && !hand_over(batch, stop)) break;
    }
    if (!batch->empty()) (void)hand_over(batch, {});
    const std::lock_guard lock(mutex_);
    taking_ended_ = true;
    changed_.notify_all();
}

bool Pipeline::adopt_stream() {
    const auto stream = bus::stream_info(connection_, bus::kLogsStream);
    const auto known = writer_.tallies(StreamEpoch::kPrefix);
    if (!stream || !known) return false;
    const std::uint64_t taken = epoch_.base + tracker_.next() - 1;
    auto epoch = epoch_of(*stream, *known, taken);
    if (epoch.key == epoch_.key) return true;
    if (!epoch.is_kept && epoch.base != 0)
        runtime::log_warn("LOGS was made anew; the store goes on behind what it has", {{"sequence", std::to_string(epoch.base)}});
    epoch_ = std::move(epoch);
    tracker_ = SequenceTracker(taken - epoch_.base);
    // What the consumer believes is out or done may differ from what the store has, after a crash above all.
    if (!kAckFirst) deliver_again();
    return true;
}

void Pipeline::deliver_again() {
    fetched_.clear();
    if (auto restarted = consumer_.restart_at(tracker_.next()); restarted)
        tracker_.restarted();
    else
        runtime::log_warn("cannot restart the consumer yet", {{"cause", restarted.error().detail}});
}

bool Pipeline::is_due(const PendingBatch& batch) const {
    return batch.records() >= settings_.batch_records || batch.bytes() >= settings_.batch_bytes.value ||
           Clock::now() - batch.since() >= settings_.batch_age;
}

void Pipeline::fill(PendingBatch& batch, const std::stop_token& stop) {
    const auto age = std::chrono::duration_cast<bus::milliseconds>(settings_.batch_age);
    while (!stop.stop_requested() && (batch.empty() || !is_due(batch))) {
        if (!fetched_.empty()) {
            bus::Message message = std::move(fetched_.front());
            fetched_.pop_front();
            accept(std::move(message), batch);
            continue;
        }
        bus::FetchLimits limits{.messages = kFetchMessages, .bytes = kFetchBytes, .wait = 500ms};
        if (!batch.empty()) {
            const auto left = age - std::chrono::duration_cast<bus::milliseconds>(Clock::now() - batch.since());
            limits.wait = std::clamp<bus::milliseconds>(left, 1ms, 500ms);
        }
        auto messages = consumer_.fetch(limits);
        if (!messages) {
            if (!std::exchange(is_bus_away_, true))
                runtime::log_warn("cannot take from LOGS; trying again", {{"cause", messages.error().detail}});
            std::unique_lock lock(mutex_);
            changed_.wait_for(lock, stop, kFirstRetry, [] { return false; });
            continue;
        }
        is_bus_away_ = false;
        std::ranges::move(*messages, std::back_inserter(fetched_));
    }
}

void Pipeline::accept(bus::Message message, PendingBatch& batch) {
    const std::uint64_t sequence = message.sequence();
    const std::uint64_t lost_before = tracker_.lost();
    switch (tracker_.judge(sequence, message.consumer_sequence())) {
        case SequenceTracker::Verdict::seen:
            redelivered_total_.add();
            // In the store: the acknowledgement was lost. Not there yet: the batch that holds it will acknowledge.
            if (epoch_.base + sequence <= committed_.load() && message.delivered() > 1) (void)message.ack();
            // Seen, and yet delivered for the first time: this is not the stream we know, or the consumer was lost and made anew from the
            // stream's start.
            if (message.delivered() == 1 && adopt_stream()) deliver_again();
            return;
        case SequenceTracker::Verdict::gap:
            if (!kAckFirst) return deliver_again();
            tracker_ = SequenceTracker(sequence);
            break;
        case SequenceTracker::Verdict::take: break;
    }
    if (const auto lost = tracker_.lost() - lost_before; lost != 0) {
        lost_total_.add(static_cast<double>(lost));
        batch.add_lost(lost, ledger_);
        runtime::log_error("messages left LOGS before they were stored; raise nats.logs.max_bytes or max_age",
                           {{"messages", std::to_string(lost)}, {"before_sequence", std::to_string(sequence)}});
    }
    pending_.set(static_cast<double>(message.pending()));
    if (!std::exchange(epoch_.is_kept, true)) batch.keep_base(epoch_.key, epoch_.base);
    batch.add(std::move(message), reader_, epoch_.base, ledger_);
}

bool Pipeline::hand_over(std::unique_ptr<PendingBatch>& batch, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const auto has_room = [this] { return full_ == nullptr; };
    if (stop.stop_possible())
        changed_.wait(lock, stop, has_room);
    else
        changed_.wait_until(lock, deadline_, has_room);
    if (full_) return false;
    full_ = std::move(batch);
    batch = spare_ ? std::move(spare_) : std::make_unique<PendingBatch>();
    queue_fill_.set(1);
    changed_.notify_all();
    return true;
}

// The writing thread.

void Pipeline::write() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return full_ != nullptr || taking_ended_; });
        if (!full_) return;
        auto batch = std::move(full_);
        queue_fill_.set(0);
        changed_.notify_all();
        lock.unlock();
        if (!commit(*batch)) return;
        batch->clear();
        lock.lock();
        if (!spare_) spare_ = std::move(batch);
    }
}

bool Pipeline::persist(const char* what, const std::function<Result<void>()>& attempt) {
    for (Clock::duration wait = kFirstRetry;; wait = std::min<Clock::duration>(wait * 2, kLastRetry)) {
        const auto done = attempt();
        if (done) {
            if (wait > kFirstRetry) runtime::log_info("recovered", {{"after_failing_to", what}});
            set_trouble({});
            return true;
        }
        retries_total_.add();
        set_trouble(done.error().detail);
        runtime::log_error("cannot commit; nothing is lost, trying again", {{"failed_to", what}, {"cause", done.error().detail}});
        std::unique_lock lock(mutex_);
        const bool was_stopping = is_stopping_locked();
        changed_.wait_until(lock, std::min(Clock::now() + wait, deadline_), [&] { return !was_stopping && is_stopping_locked(); });
        if (Clock::now() >= deadline_) return false;
    }
}

bool Pipeline::commit(PendingBatch& batch) {
    const auto begun = Clock::now();
    const store::WriteBatch rows = batch.write_batch();
    const auto acknowledge = [&] {
        for (bus::Message& message : batch.messages()) (void)message.ack();  // one that is lost is recognised when it comes again
    };
    if (kAckFirst) acknowledge();
    if (!persist("publish dead letters", [&] { return dead_letters_.publish(batch); })) return false;
    if (!persist("write to the store", [&] { return writer_.append(rows); })) return false;
    committed_.store(rows.reached);
    if (!kAckFirst) acknowledge();

    dead_letters_.count(batch);
    records_total_.add(static_cast<double>(batch.records()));
    bytes_total_.add(static_cast<double>(batch.bytes()));
    batches_total_.add();
    batch_records_.observe(static_cast<double>(batch.records()));
    batch_seconds_.observe(std::chrono::duration<double>(Clock::now() - begun).count());
    reached_.set(static_cast<double>(rows.reached));
    return true;
}

}  // namespace logchute::ingestion
