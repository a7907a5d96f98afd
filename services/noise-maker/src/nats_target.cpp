#include "nats_target.hpp"

#include "logchute/bus/names.hpp"

namespace logchute::noise {
namespace {

constexpr std::string_view kSubject = "logs.noise-maker";

}  // namespace

NatsTarget::NatsTarget(bus::Connection& connection, Format format, std::string run, Delivered delivered)
    : format_(to_string(format)),
      run_(std::move(run)),
      outbox_(
          {}, [this](std::uint64_t number, const Batch& batch, Outbox::Done done) { publish(number, batch, std::move(done)); },
          std::move(delivered)),
      publisher_(connection, {}) {}

Result<void> NatsTarget::send(Batch batch, std::stop_token stop) { return outbox_.send(std::move(batch), std::move(stop)); }

Result<void> NatsTarget::flush(std::chrono::steady_clock::time_point deadline) { return outbox_.flush(deadline); }

void NatsTarget::publish(std::uint64_t number, const Batch& batch, Outbox::Done done) {
    const bus::Headers headers{{std::string(bus::kFormatHeader), format_},
                               {std::string(bus::kMessageIdHeader), run_ + "-" + std::to_string(number)}};
    publisher_.publish_async(kSubject, headers, batch.text, [done = std::move(done)](Result<bus::PubAck> ack) {
        done(ack ? Result<void>{} : std::unexpected(std::move(ack.error())));
    });
}

}  // namespace logchute::noise
