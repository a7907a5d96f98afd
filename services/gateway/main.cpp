// gateway: takes logs over HTTP, and puts them into the stream LOGS.
#include <optional>

#include "admission.hpp"
#include "input_command.hpp"
#include "intake.hpp"
#include "log_routes.hpp"
#include "logchute/bus/key_value.hpp"
#include "logchute/bus/provision.hpp"
#include "logchute/bus/request.hpp"
#include "logchute/runtime/logging.hpp"
#include "logchute/runtime/service.hpp"
#include "logchute/store/remote_store.hpp"
#include "memory_budget.hpp"
#include "poller.hpp"
#include "refusals.hpp"
#include "syslog_server.hpp"
#include "upload_registry.hpp"
#include "upload_routes.hpp"
#include "webhook_routes.hpp"

using namespace logchute;

namespace {

void run(runtime::Service& service) {
    const runtime::Settings& settings = service.settings();
    const runtime::GatewaySettings& gateway = settings.gateway;
    const auto in_ms = [](auto duration) { return std::chrono::duration_cast<bus::milliseconds>(duration); };

    bus::Connection connection(bus::connection_options(settings.nats, "gateway", runtime::log_connection));
    bus::Provisioner streams(connection, {bus::logs_stream(settings.nats)}, runtime::log_connection);
    bus::Publisher publisher(connection,
                             {.ack_timeout = in_ms(settings.nats.publish_timeout), .pending_bytes_max = gateway.pending_bytes_max.value});
    bus::GroupCommitter group(publisher, {.wait = in_ms(gateway.group_wait), .bytes = gateway.message_bytes.value});
    bus::KeyValue state(connection, {.name = std::string(bus::kStateBucket), .replicas = settings.nats.replicas});
    store::RemoteLogReader reader(connection, in_ms(settings.nats.request_timeout));

    const ChunkOptions chunks{.chunk_bytes = gateway.message_bytes.value, .line_bytes_max = gateway.line_bytes_max.value};
    gateway::Admission admission(connection, streams, gateway.lag_share_max, service.metrics());
    gateway::MemoryBudget memory(gateway.pending_bytes_max.value);
    const auto memory_metric = gateway::expose_memory(service.metrics(), memory);
    const auto queue_metrics = gateway::expose_queues(service.metrics(), publisher, group);
    gateway::Intake intake(publisher, group, chunks);
    gateway::LogRoutes logs(intake, admission, memory, gateway, service.metrics());
    gateway::WebhookRoutes webhooks(intake, admission, gateway.github_secret, service.metrics());
    gateway::Poller poller(gateway.poll, state, intake, admission, service.metrics());
    gateway::UploadRegistry registry(state, reader);
    gateway::UploadRoutes uploads(publisher, chunks, admission, registry, gateway, service.metrics());
    logs.add_to(service.router());
    uploads.add_to(service.router());
    webhooks.add_to(service.router());

    service.server_options().buffered_bytes_max = gateway.pending_bytes_max.value;
    service.server_options().buffered_bytes = memory.counter();
    auto health = bus::answer_health(connection, "gateway", [&] { return service.health().report().json; });
    service.health().add_check("nats", [&] { return runtime::check(streams.is_ready(), "NATS or its streams are away"); });
    service.on_stop("nats", [&](auto deadline) { connection.close(deadline); });
    service.on_stop("health", [&](auto) { health.reset(); });
    service.on_stop("publisher", [&](auto deadline) { (void)publisher.flush(deadline); });
    std::optional<gateway::SyslogServer> syslog;
    if (gateway.syslog_port != 0) syslog.emplace(gateway, gateway.syslog_port, publisher, admission, service.metrics());
    service.on_stop("syslog", [&](auto deadline) {
        if (syslog) syslog->stop(deadline);
    });
    service.run();
}

}  // namespace

int main(int argc, char** argv) {
    gateway::InputCommand inputs;
    return runtime::service_main(
        {.name = "gateway",
         .description = "Takes logs over HTTP, syslog, from files and standard input, and puts them into the stream LOGS.",
         .flags = {},
         .run_flags = gateway::flags_of(inputs)},
        argc, argv, [&inputs](runtime::Service& service) {
            if (inputs.is_given()) return gateway::run_inputs(service, inputs);
            run(service);
        });
}
