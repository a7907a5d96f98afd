// log-analyzer: turns the stream LOGS into Prometheus metrics.
#include "analyzer.hpp"
#include "logchute/bus/provision.hpp"
#include "logchute/bus/request.hpp"
#include "logchute/runtime/logging.hpp"
#include "logchute/runtime/service.hpp"

using namespace logchute;

namespace {

void run(runtime::Service& service) {
    const runtime::Settings& settings = service.settings();
    bus::Connection connection(bus::connection_options(settings.nats, "log-analyzer", runtime::log_connection));
    bus::Provisioner streams(connection, {bus::logs_stream(settings.nats)}, runtime::log_connection);
    analyzer::Analyzer analyzer(connection, settings, service.metrics());

    auto health = bus::answer_health(connection, "log-analyzer", [&] { return service.health().report().json; });
    service.health().add_check("nats", [&] { return runtime::check(streams.is_ready(), "NATS or its streams are away"); });
    service.on_stop("nats", [&](auto deadline) { connection.close(deadline); });
    service.on_stop("health", [&](auto) { health.reset(); });
    service.on_stop("analyzer", [&](auto) { analyzer.stop(); });
    service.run();
}

}  // namespace

int main(int argc, char** argv) {
    return runtime::service_main({.name = "log-analyzer", .description = "Turns the stream LOGS into Prometheus metrics.", .flags = {}},
                                 argc, argv, run);
}
