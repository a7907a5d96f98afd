// dashboard: finds logs, for people and their tools.
#include "delivery_routes.hpp"
#include "export_route.hpp"
#include "live_bus_source.hpp"
#include "log_routes.hpp"
#include "logchute/bus/provision.hpp"
#include "logchute/runtime/logging.hpp"
#include "logchute/runtime/service.hpp"
#include "logchute/store/remote_store.hpp"
#include "stream_route.hpp"

using namespace logchute;

namespace {

void run(runtime::Service& service) {
    const runtime::Settings& settings = service.settings();
    bus::Connection connection(bus::connection_options(settings.nats, "dashboard", runtime::log_connection));
    store::RemoteLogReader reader(connection, std::chrono::duration_cast<std::chrono::milliseconds>(settings.store.query_timeout));
    dashboard::LogRoutes logs(reader);
    dashboard::ExportRoute exports(reader);
    dashboard::DeliveryRoutes deliveries(connection, std::chrono::duration_cast<std::chrono::milliseconds>(settings.store.query_timeout));
    dashboard::RecordIds ids(reader);
    dashboard::LogSource live_logs(connection, ids, settings.gateway.line_bytes_max.value);
    dashboard::DocumentSource uploads(connection, "KV_" + std::string(bus::kStateBucket),
                                      "$KV." + std::string(bus::kStateBucket) + ".upload.>");
    dashboard::DocumentSource alerts(connection, std::string(bus::kAlertsStream), std::string(bus::kAlertsSubjects));
    dashboard::StreamRoute stream({live_logs, uploads, alerts}, service.metrics());
    logs.add_to(service.router());
    deliveries.add_to(service.router());
    exports.add_to(service.router());
    stream.add_to(service.router());

    service.health().add_check("nats", [&] { return runtime::check(connection.is_connected(), "NATS is away"); });
    service.on_stop("nats", [&](auto deadline) { connection.close(deadline); });
    service.run();
}

}  // namespace

int main(int argc, char** argv) {
    return runtime::service_main({.name = "dashboard", .description = "Finds logs, for people and their tools.", .flags = {}}, argc, argv,
                                 run);
}
