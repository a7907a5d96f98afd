// Noise straight onto the bus.
#pragma once

#include <string>

#include "logchute/bus/publisher.hpp"
#include "logchute/core/batch_parser.hpp"
#include "outbox.hpp"

namespace logchute::noise {

/// Publishes batches on `logs.noise-maker` with their format as header, and keeps each until JetStream has it on disk.
/// Lifetime: borrows the connection.
class NatsTarget final : public Target {
public:
    /// `run` tells this process's batches from those of others and of earlier runs.
    NatsTarget(bus::Connection& connection, Format format, std::string run, Delivered delivered);

    [[nodiscard]] Result<void> send(Batch batch, std::stop_token stop) override;
    [[nodiscard]] Result<void> flush(std::chrono::steady_clock::time_point deadline) override;

private:
    void publish(std::uint64_t number, const Batch& batch, Outbox::Done done);

    const std::string format_;
    const std::string run_;
    Outbox outbox_;
    bus::Publisher publisher_;  // last: its destructor still calls back into outbox_
};

}  // namespace logchute::noise
