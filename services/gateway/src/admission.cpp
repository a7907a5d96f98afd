#include "admission.hpp"

#include <algorithm>

#include "logchute/bus/names.hpp"

namespace logchute::gateway {

double lag_share(const bus::StreamInfo& stream, const bus::ConsumerInfo& consumer) noexcept {
    if (stream.max_bytes == 0 || stream.messages == 0) return 0;
    const double waiting = static_cast<double>(std::min(consumer.pending + consumer.ack_pending, stream.messages));
    const double bytes_each = static_cast<double>(stream.bytes) / static_cast<double>(stream.messages);
    return waiting * bytes_each / static_cast<double>(stream.max_bytes);
}

Admission::Admission(bus::Connection& connection, const bus::Provisioner& streams, double lag_share_max, runtime::Metrics& metrics)
    : connection_(connection),
      streams_(streams),
      lag_share_max_(lag_share_max),
      lag_share_gauge_(
          metrics.gauge("gateway_lag_ratio",
                        "Share of LOGS's room that ingestion has not stored yet; requests are refused above gateway.lag_share_max.")),
      thread_([this](const std::stop_token& stop) { watch(stop); }) {}

Admission::~Admission() {
    thread_.request_stop();
    wake_.notify_all();
}

Result<void> Admission::check() const {
    if (!streams_.is_ready()) return fail(Errc::unavailable, "NATS is away, so nothing can be stored now; send it again in a moment");
    const std::lock_guard lock(mutex_);
    if (lag_share_ > lag_share_max_)
        return fail(Errc::unavailable, "ingestion lags so far behind that the stream could overrun; send it again later");
    return {};
}

void Admission::watch(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        lock.unlock();
        const auto stream = bus::stream_info(connection_, bus::kLogsStream);
        const auto consumer = bus::consumer_info(connection_, bus::kLogsStream, bus::kIngestionConsumer);
        lock.lock();
        // What cannot be learnt now leaves things as they are; a bus that is away is noticed in check().
        if (stream && consumer) lag_share_ = lag_share(*stream, *consumer);
        lag_share_gauge_.set(lag_share_);
        wake_.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
    }
}

}  // namespace logchute::gateway
