// ingestion: takes what is in the stream LOGS, and puts it into the store.
#include <string>
#include <utility>

#include "logchute/bus/provision.hpp"
#include "logchute/bus/publisher.hpp"
#include "logchute/bus/request.hpp"
#include "logchute/runtime/logging.hpp"
#include "logchute/runtime/service.hpp"
#include "store_owner.hpp"

using namespace logchute;

namespace {

void run(runtime::Service& service) {
    const runtime::Settings& settings = service.settings();
    bus::Connection connection(bus::connection_options(settings.nats, "ingestion", runtime::log_connection));
    bus::Provisioner streams(connection, {bus::logs_stream(settings.nats), bus::dlq_stream(settings.nats)}, runtime::log_connection);
    bus::Publisher publisher(connection, {.ack_timeout = std::chrono::duration_cast<bus::milliseconds>(settings.nats.publish_timeout)});
    ingestion::StoreOwner owner(settings, connection, publisher, service.metrics(), service.health(),
                                [&service](std::string failure) { service.request_stop(std::move(failure)); });

    auto health = bus::answer_health(connection, "ingestion", [&] { return service.health().report().json; });
    service.health().add_check("nats", [&] { return runtime::check(streams.is_ready(), "NATS or its streams are away"); });
    service.health().add_check("store", [&] { return owner.check(); });
    service.on_stop("nats", [&](auto deadline) { connection.close(deadline); });
    service.on_stop("health", [&](auto) { health.reset(); });
    service.on_stop("queries", [&](auto) { owner.stop_answers(); });
    service.on_stop("pipeline", [&](auto deadline) { owner.stop_pipeline(deadline); });
    service.run();
}

}  // namespace

int main(int argc, char** argv) {
    return runtime::service_main(
        {.name = "ingestion", .description = "Puts the records of the stream LOGS into the store, each exactly once.", .flags = {}}, argc,
        argv, run);
}
