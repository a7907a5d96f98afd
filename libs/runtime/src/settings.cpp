#include "logchute/runtime/settings.hpp"

#include <limits>

#include "setting_poll.hpp"
#include "setting_table.hpp"

namespace logchute::runtime {
namespace {

constexpr auto kLongTime = std::chrono::hours(24 * 365 * 10);
constexpr Bytes kDiskMax{1ULL << 50};
// nats.conf raises max_payload to 8 MiB; a message with its headers must stay below.
constexpr Bytes kMessageMax{7ULL << 20};

void bind_listener(SettingTable& table, const std::string& section, HttpSettings& settings) {
    table.add(section + ".host", settings.host, "Address to listen on; beyond loopback only with auth.allow_unauthenticated.", Address{});
    table.add(section + ".port", settings.port, "Port to listen on.", Range<std::uint16_t>{1, 65535});
}

void bind_stream(SettingTable& table, const std::string& key, const std::string& stream, StreamLimits& limits) {
    table.group(key, "Limits of the stream " + stream + " when it is created; one that is there stays as it is.");
    table.add(key + ".max_age", limits.max_age, "Older messages go.", DurationRange{1min, kLongTime});
    table.add(key + ".max_bytes", limits.max_bytes, "The oldest messages go above this.", ByteRange{1_MiB, kDiskMax});
}

void bind_nats(SettingTable& table, NatsSettings& nats) {
    table.group("nats", "The bus.");
    table.add("nats.url", nats.url, "Where NATS is; several, comma separated, for a cluster.", Url{{"nats", "tls"}, true});
    table.add("nats.credentials_file", nats.credentials_file, "A NATS .creds file.", AnyText{});
    table.add("nats.user", nats.user, "Name to sign in with.", AnyText{});
    table.add_secret("nats.password", nats.password, "Password to sign in with.");
    table.add_secret("nats.token", nats.token, "Token to sign in with.");
    table.add("nats.tls", nats.tls, "Insist on TLS.", Boolean{});
    table.add("nats.tls_ca_file", nats.tls_ca_file, "Authorities to trust instead of the system's, PEM.", AnyText{});
    table.add("nats.tls_cert_file", nats.tls_cert_file, "Own certificate, PEM.", AnyText{});
    table.add("nats.tls_key_file", nats.tls_key_file, "Key of the own certificate, PEM.", AnyText{});
    table.add("nats.reconnect_wait", nats.reconnect_wait, "Between attempts to reach NATS, which never end.", DurationRange{10ms, 1min});
    table.add("nats.request_timeout", nats.request_timeout, "Until another service must have begun to answer.", DurationRange{10ms, 10min});
    table.add("nats.publish_timeout", nats.publish_timeout, "Until a stream must have acknowledged.", DurationRange{10ms, 10min});
    table.add("nats.replicas", nats.replicas, "Copies of each stream that is created; more than 1 needs a cluster.",
              Range<std::uint32_t>{1, 5});
    table.add("nats.duplicate_window", nats.duplicate_window, "How long LOGS, when it is created, knows what was sent twice.",
              DurationRange{1s, 24h});
    bind_stream(table, "nats.logs", "LOGS", nats.logs);
    bind_stream(table, "nats.dlq", "LOGS_DLQ", nats.dlq);
    bind_stream(table, "nats.metrics", "METRICS", nats.metrics);
    bind_stream(table, "nats.alerts", "ALERTS", nats.alerts);
}

void bind_store(SettingTable& table, StoreSettings& store) {
    table.group("store", "Where records are kept and found.");
    table.add("store.engine", store.engine, "duckdb, embedded in ingestion.", OneOf{{"duckdb"}, ""});
    table.add("store.path", store.path, "Folder of the day files, below the working directory unless it begins with '/'.",
              NonEmptyText{"a path"});
    table.add("store.retention", store.retention, "Days older than this are deleted; 0s keeps all.", DurationRange{0s, kLongTime});
    table.add("store.memory_limit", store.memory_limit, "What the embedded engine may take.", ByteRange{64_MiB, 1024_GiB});
    table.add("store.threads", store.threads, "Of the embedded engine.", Range<std::uint32_t>{1, 256});
    table.add("store.query_timeout", store.query_timeout, "A search is given up after this.", DurationRange{100ms, 1h});
}

void bind_gateway_inputs(SettingTable& table, GatewaySettings& gateway) {
    table.add("gateway.syslog_port", gateway.syslog_port, "Port to listen on for syslog, UDP and TCP; 0 is off.",
              Range<std::uint16_t>{0, 65535});
    table.add("gateway.syslog_buffer_bytes", gateway.syslog_buffer_bytes,
              "Held of UDP and of TCP each while NATS is away; beyond, UDP is dropped and TCP not read.", ByteRange{1_MiB, 64_GiB});
    table.add("gateway.syslog_connections_max", gateway.syslog_connections_max, "Syslog connections over TCP at once.",
              Range<std::uint32_t>{1, 65536});
    table.add("gateway.syslog_idle_timeout", gateway.syslog_idle_timeout, "A syslog connection without a word is closed; 0s is never.",
              DurationRange{0s, kLongTime});
    table.add("gateway.positions_path", gateway.positions_path,
              "Folder that keeps how far --file has read; empty is `positions` beside store.path.", AnyText{});
}

void bind_gateway(SettingTable& table, GatewaySettings& gateway) {
    table.group("gateway", "Takes logs over HTTP.");
    bind_listener(table, "gateway", gateway);
    table.add("gateway.default_message", gateway.default_message, "Of /send without a message.", AnyText{});
    table.add("gateway.default_service", gateway.default_service, "Of /send without a service.", AnyText{});
    table.add("gateway.default_level", gateway.default_level, "Of /send without a level.",
              OneOf{{"trace", "debug", "info", "warn", "error", "fatal"}, ""});
    table.add("gateway.line_bytes_max", gateway.line_bytes_max, "A longer line is a dead letter that keeps its beginning.",
              ByteRange{1_KiB, kMessageMax});
    table.add("gateway.body_bytes_max", gateway.body_bytes_max, "Of one request, before and after decompression; uploads apart.",
              ByteRange{1_KiB, 4_GiB});
    table.add("gateway.upload_decompressed_max", gateway.upload_decompressed_max, "Of one uploaded file, decompressed.",
              ByteRange{1_KiB, kDiskMax});
    table.add("gateway.message_bytes", gateway.message_bytes, "Bodies are cut into messages of about this size.",
              ByteRange{4_KiB, kMessageMax});
    table.add("gateway.pending_bytes_max", gateway.pending_bytes_max, "Held in memory unacknowledged; above it 503.",
              ByteRange{1_MiB, 1024_GiB});
    table.add("gateway.group_wait", gateway.group_wait, "Small requests that come within this share one message.", DurationRange{0s, 1s});
    table.add("gateway.lag_share_max", gateway.lag_share_max, "503 once consumers lag by this share of the stream's limits.",
              Range<double>{0.01, 1});
    table.add("gateway.source_rate_max", gateway.source_rate_max,
              "Records a second of one source; 429 above; 0 is no limit; uploads apart.", Range<double>{0, 1e9});
    table.add_secret("gateway.github_secret", gateway.github_secret, "Of GitHub's webhooks; without it they are off.",
                     SettingTable::Emptiness::refused);
    bind_poll(table, "gateway.poll", gateway.poll);
    table.add("gateway.github_secret_file", gateway.github_secret_file, "The file that holds the secret instead.", AnyText{});
    bind_gateway_inputs(table, gateway);
}

void bind_ingestion(SettingTable& table, IngestionSettings& ingestion) {
    table.group("ingestion", "Writes the store. A batch is written at so many records, bytes or this age, whichever is first.");
    bind_listener(table, "ingestion", ingestion);
    table.add("ingestion.batch_records", ingestion.batch_records, "Records.", Range<std::uint64_t>{1, 10'000'000});
    table.add("ingestion.batch_bytes", ingestion.batch_bytes, "Bytes as they came; a batch is held in memory.", ByteRange{1_KiB, 4_GiB});
    table.add("ingestion.batch_age", ingestion.batch_age, "What a record waits at most before it can be found.", DurationRange{1ms, 1min});
}

void bind_analyzer(SettingTable& table, AnalyzerSettings& analyzer) {
    table.group("analyzer", "Turns logs into metrics.");
    bind_listener(table, "analyzer", analyzer);
    table.add("analyzer.workers", analyzer.workers, "Threads that parse.", Range<std::uint32_t>{1, 256});
    table.add("analyzer.queue_messages", analyzer.queue_messages, "Messages that may wait for the workers.",
              Range<std::uint32_t>{1, 65536});
    table.add("analyzer.max_services", analyzer.max_services, "Services beyond this are counted under \"other\".",
              Range<std::uint32_t>{1, 1'000'000});
}

void bind_noise(SettingTable& table, NoiseSettings& noise) {
    table.group("noise", "Makes synthetic logs.");
    bind_listener(table, "noise", noise);
    table.add("noise.rate", noise.rate, "Records a second.", Range<double>{0.001, 10'000'000});
    table.add("noise.total", noise.total, "Ends after so many; 0 goes on.", Range<std::uint64_t>{0, 1'000'000'000'000});
    table.add("noise.target", noise.target, "nats, http or stdout.", OneOf{{"nats", "http", "stdout"}, ""});
    table.add("noise.url", noise.url, "The gateway, for target http.", Url{{"http", "https"}});
    table.add("noise.format", noise.format, "json, logfmt, clf, syslog or plain.", OneOf{{"json", "logfmt", "clf", "syslog", "plain"}, ""});
    table.add("noise.malformed", noise.malformed, "Share of lines that do not parse.", Range<double>{0, 1});
    table.add("noise.error_share", noise.error_share, "Share of records that are errors.", Range<double>{0, 1});
    table.add("noise.seed", noise.seed, "The same seed makes the same records; 0 is another one each time.",
              Range<std::uint64_t>{0, std::numeric_limits<std::uint64_t>::max()});
    table.add("noise.scenario", noise.scenario, "What happens over time: steady, burst, error-spike, ...",
              NonEmptyText{"the name of a scenario"});
    table.add_list("noise.services", noise.services, "Services that the records are from.", NonEmptyText{"a name"});
}

}  // namespace

SettingTable bind(Settings& settings) {
    SettingTable table;
    table.group("", "");
    bind_nats(table, settings.nats);
    bind_store(table, settings.store);
    bind_gateway(table, settings.gateway);
    bind_ingestion(table, settings.ingestion);
    bind_analyzer(table, settings.analyzer);
    table.group("metrics", "Keeps time series.");
    bind_listener(table, "metrics", settings.metrics);
    table.group("alerting", "Evaluates rules.");
    bind_listener(table, "alerting", settings.alerting);
    table.group("aggregator", "Rolls up.");
    bind_listener(table, "aggregator", settings.aggregator);
    table.group("dashboard", "Searches, for people and programs.");
    bind_listener(table, "dashboard", settings.dashboard);
    bind_noise(table, settings.noise);
    table.group("auth", "Who may do what.");
    table.add("auth.mode", settings.auth.mode, "none.", OneOf{{"none"}, "this version has no sign-in"});
    table.add("auth.allow_unauthenticated", settings.auth.allow_unauthenticated, "Listen beyond loopback although anyone may do anything.",
              Boolean{});
    table.group("log", "What the services say about themselves, on standard error.");
    table.add("log.level", settings.log.level, "trace, debug, info, warn or error.",
              OneOf{{"trace", "debug", "info", "warn", "error"}, ""});
    table.add("log.format", settings.log.format, "json, or text for people.", OneOf{{"json", "text"}, ""});
    return table;
}

const HttpSettings* find_listener(const Settings& settings, std::string_view service) {
    const std::string_view section = section_of(service);
    if (section == "gateway") return &settings.gateway;
    if (section == "ingestion") return &settings.ingestion;
    if (section == "analyzer") return &settings.analyzer;
    if (section == "metrics") return &settings.metrics;
    if (section == "alerting") return &settings.alerting;
    if (section == "aggregator") return &settings.aggregator;
    if (section == "dashboard") return &settings.dashboard;
    if (section == "noise") return &settings.noise;
    return nullptr;
}

}  // namespace logchute::runtime
