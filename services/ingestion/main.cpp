// ingestion: takes what is in the stream LOGS, and puts it into the store.
#include <memory>

#include "logchute/bus/provision.hpp"
#include "logchute/bus/publisher.hpp"
#include "logchute/runtime/logging.hpp"
#include "logchute/runtime/service.hpp"
#include "logchute/store/duckdb_store.hpp"
#include "logchute/store/remote_store.hpp"
#include "pipeline.hpp"
#include "retention.hpp"
#include "store_metrics.hpp"

using namespace logchute;

namespace {

void run(runtime::Service& service) {
    const runtime::Settings& settings = service.settings();
    store::DuckDbStore store({.path = settings.store.path,
                              .memory_limit_bytes = settings.store.memory_limit.value,
                              .threads = settings.store.threads,
                              .retention = settings.store.retention,
                              .query_timeout = settings.store.query_timeout});
    const auto store_metrics = ingestion::expose_store(service.metrics(), store);
    ingestion::Retention retention(store);

    bus::Connection connection(bus::connection_options(settings.nats, "ingestion", runtime::log_connection));
    bus::Provisioner streams(connection, {bus::logs_stream(settings.nats), bus::dlq_stream(settings.nats)}, runtime::log_connection);
    bus::Publisher publisher(connection, {.ack_timeout = std::chrono::duration_cast<bus::milliseconds>(settings.nats.publish_timeout)});
    ingestion::Pipeline pipeline(connection, store, publisher, settings, service.metrics());
    auto responder = store::serve_store(connection, store);

    service.health().add_check("nats", [&] { return runtime::check(streams.is_ready(), "NATS or its streams are away"); });
    service.health().add_check("store", [&] { return pipeline.store_check(); });
    service.on_stop("nats", [&](auto deadline) { connection.close(deadline); });
    service.on_stop("queries", [&](auto) { responder.reset(); });
    service.on_stop("pipeline", [&](auto deadline) { pipeline.stop(deadline); });
    service.run();
}

}  // namespace

int main(int argc, char** argv) {
    return runtime::service_main(
        {.name = "ingestion", .description = "Puts the records of the stream LOGS into the store, each exactly once.", .flags = {}}, argc,
        argv, run);
}
