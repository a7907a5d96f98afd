// noise-maker: makes synthetic logs for NATS, the gateway or standard output.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <thread>

#include "http_target.hpp"
#include "logchute/bus/provision.hpp"
#include "logchute/runtime/logging.hpp"
#include "logchute/runtime/service.hpp"
#include "nats_target.hpp"
#include "options.hpp"
#include "stdout_target.hpp"

using namespace logchute;
using namespace std::chrono_literals;

namespace {

constexpr auto kFlushTime = 10s;  // what acknowledgements of the last batches may take once a total is reached
constexpr auto kStopFlushTime = 2s;  // the same after a signal: noise is not worth a long goodbye

std::uint64_t fresh_bits() {
    std::random_device device;
    return (std::uint64_t{device()} << 32U) | device();
}

noise::Target::Delivered counting(runtime::Metrics& metrics) {
    const std::string help = "Records delivered: stored in the stream, taken by the gateway, or written.";
    return [good = metrics.counter("noise_records_total", help, {{"kind", "good"}}),
            malformed = metrics.counter("noise_records_total", help, {{"kind", "malformed"}}),
            bytes = metrics.counter("noise_bytes_total", "Bytes delivered.")](std::uint32_t records, std::uint32_t spoilt,
                                                                              std::size_t size) mutable {
        good.add(records - spoilt);
        malformed.add(spoilt);
        bytes.add(static_cast<double>(size));
    };
}

/// A target and what it stands on.
struct Delivery {
    std::unique_ptr<bus::Connection> connection;
    std::unique_ptr<bus::Provisioner> streams;
    std::unique_ptr<noise::Target> target;
};

Delivery deliver_to(noise::Where where, runtime::Service& service, Format format) {
    const runtime::Settings& settings = service.settings();
    const std::string run = std::to_string(fresh_bits());
    Delivery delivery;
    switch (where) {
        case noise::Where::nats:
            delivery.connection =
                std::make_unique<bus::Connection>(bus::connection_options(settings.nats, "noise-maker", runtime::log_connection));
            delivery.streams = std::make_unique<bus::Provisioner>(*delivery.connection, std::vector{bus::logs_stream(settings.nats)},
                                                                  runtime::log_connection);
            service.health().add_check(
                "nats", [&streams = *delivery.streams] { return runtime::check(streams.is_ready(), "NATS or its streams are away"); });
            delivery.target = std::make_unique<noise::NatsTarget>(*delivery.connection, format, run, counting(service.metrics()));
            break;
        case noise::Where::http:
            delivery.target = std::make_unique<noise::HttpTarget>(settings.noise.url, format, run, counting(service.metrics()));
            break;
        case noise::Where::standard_output:
            std::signal(SIGPIPE, SIG_IGN);
            delivery.target = std::make_unique<noise::StdoutTarget>(STDOUT_FILENO, counting(service.metrics()));
            break;
    }
    return delivery;
}

void run(runtime::Service& service) {
    const noise::Options options = noise::make_options(service.settings().noise, fresh_bits());
    const Delivery delivery = deliver_to(options.target, service, options.run.format);
    noise::Generator generator(options.generator);
    noise::NoiseRun noise(options.run, options.scenario, generator, *delivery.target);
    const auto skipped = service.metrics().collect(runtime::Metrics::Kind::counter, "noise_skipped_seconds_total",
                                                   "Time in which no records were made, because the target took none.",
                                                   [&] { return std::vector{runtime::Sample{{}, noise.skipped_seconds()}}; });
    runtime::log_info("making noise", {{"seed", std::to_string(options.run.seed)}, {"scenario", service.settings().noise.scenario}});

    std::jthread maker([&](const std::stop_token& stop) {
        Result<void> outcome = noise.run(stop);
        if (outcome && !stop.stop_requested()) outcome = delivery.target->flush(std::chrono::steady_clock::now() + kFlushTime);
        const bool reader_gone = !outcome && outcome.error().code == Errc::closed;
        service.request_stop(outcome || reader_gone ? std::string() : outcome.error().detail);
    });
    service.on_stop("noise", [&](auto deadline) {
        maker.request_stop();
        maker.join();
        const auto patience = std::chrono::steady_clock::now() + kStopFlushTime;
        if (const auto flushed = delivery.target->flush(std::min<std::chrono::steady_clock::time_point>(deadline, patience)); !flushed)
            runtime::log_warn(flushed.error().detail);
    });
    if (options.target == noise::Where::standard_output) {
        service.run_without_http();
    } else {
        service.run();
    }
}

const std::vector<runtime::Flag> kFlags{
    {"--rate", "noise.rate", "records a second"},
    {"--total", "noise.total", "records in all, then exit; 0: without end"},
    {"--target", "noise.target", "nats, http or stdout"},
    {"--url", "noise.url", "the gateway, for target http"},
    {"--format", "noise.format", "json, logfmt, clf, syslog or plain"},
    {"--malformed", "noise.malformed", "share of lines that do not parse, 0 to 1"},
    {"--error-share", "noise.error_share", "share of records of level error or fatal, 0 to 1"},
    {"--seed", "noise.seed", "the same seed makes the same records; 0: another one each time"},
    {"--scenario", "noise.scenario", "steady, burst, error-spike, slow-burn, outage or daily"},
    {"--services", "noise.services", "names of the services, comma separated"},
};

}  // namespace

int main(int argc, char** argv) {
    return runtime::service_main({.name = "noise-maker",
                                  .description = "Makes synthetic logs: onto the bus, through the gateway, or to standard output.",
                                  .flags = kFlags},
                                 argc, argv, run);
}
