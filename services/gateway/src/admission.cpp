#include "admission.hpp"

#include <algorithm>

#include "logchute/bus/names.hpp"
#include "refusals.hpp"

namespace logchute::gateway {

double lag_share(const bus::StreamInfo& stream, const bus::ConsumerInfo& consumer) noexcept {
    if (stream.messages == 0) return 0;
    const double waiting = static_cast<double>(std::min(consumer.pending + consumer.ack_pending, stream.messages));
    const double bytes_each = static_cast<double>(stream.bytes) / static_cast<double>(stream.messages);
    const auto share = [](double used, std::uint64_t room) { return room == 0 ? 0 : used / static_cast<double>(room); };
    return std::max(share(waiting * bytes_each, stream.max_bytes), share(waiting, stream.max_messages));
}

Admission::Admission(bus::Connection& connection, const bus::Provisioner& streams, double lag_share_max, runtime::Metrics& metrics)
    : connection_(connection),
      streams_(streams),
      lag_share_max_(lag_share_max),
      lag_share_gauge_(
          metrics.gauge("gateway_lag_ratio",
                        "Share of LOGS's room that ingestion has not stored yet; requests are refused above gateway.lag_share_max.")),
      refused_for_bus_(refused_total(metrics, "bus")),
      refused_for_lag_(refused_total(metrics, "lag")),
      thread_([this](const std::stop_token& stop) { watch(stop); }) {}

Admission::~Admission() {
    thread_.request_stop();
    wake_.notify_all();
}

Result<void> Admission::check() const {
    if (!streams_.is_ready()) {
        refused_for_bus_.add();
        return fail(Errc::unavailable, "NATS is away, so nothing can be stored now; send it again in a moment");
    }
    const std::lock_guard lock(mutex_);
    if (lag_share_ <= lag_share_max_) return {};
    refused_for_lag_.add();
    return fail(Errc::unavailable, "ingestion lags so far behind that the stream could overrun; send it again later");
}

void Admission::watch(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        lock.unlock();
        const auto stream = bus::stream_info(connection_, bus::kLogsStream);
        auto consumer = bus::consumer_info(connection_, bus::kLogsStream, bus::kIngestionConsumer);
        // An ingestion that has never run has all of the stream before it.
        if (stream && !consumer && consumer.error().code == Errc::not_found) consumer = bus::ConsumerInfo{.pending = stream->messages};
        lock.lock();
        // What cannot be learnt now leaves things as they are; a bus that is away is noticed in check().
        if (stream && consumer) lag_share_ = lag_share(*stream, *consumer);
        lag_share_gauge_.set(lag_share_);
        wake_.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
    }
}

}  // namespace logchute::gateway
