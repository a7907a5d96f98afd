// Every setting of every service, with its default. One file, because one config.yaml serves them all and a wrong key must be told from a
// right one. settings.cpp binds each to its name, its limits and its sentence of documentation.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "logchute/core/result.hpp"

namespace logchute {

/// A number of bytes; in files "64MiB", "16kB", "512".
struct Bytes {
    std::uint64_t value = 0;
    friend auto operator<=>(const Bytes&, const Bytes&) = default;
};
/// "512", "16kB" (1000 each), "64MiB" (1024 each); whole numbers up to 8 EiB.
[[nodiscard]] Result<Bytes> parse_bytes(std::string_view text);
/// The shortest of the same forms that is exact: 65536 is "64KiB".
[[nodiscard]] std::string format_bytes(Bytes bytes);

namespace literals {
constexpr Bytes operator""_KiB(unsigned long long n) { return {n << 10}; }
constexpr Bytes operator""_MiB(unsigned long long n) { return {n << 20}; }
constexpr Bytes operator""_GiB(unsigned long long n) { return {n << 30}; }
}  // namespace literals

namespace runtime {
using namespace literals;
using std::chrono::nanoseconds;
using namespace std::chrono_literals;

struct StreamLimits {
    nanoseconds max_age = 24h;
    Bytes max_bytes = 4_GiB;
};

struct NatsSettings {
    std::string url = "nats://127.0.0.1:4222";  ///< Several, comma separated, for a cluster.
    std::string credentials_file;               ///< NATS .creds file.
    std::string user, password, token;          ///< Secret: environment or file alone; never logged.
    std::string tls_ca_file, tls_cert_file, tls_key_file;
    bool tls = false;
    nanoseconds reconnect_wait = 250ms;
    nanoseconds request_timeout = 5s;           ///< Of one request over NATS to another service, until its first answer.
    nanoseconds publish_timeout = 5s;           ///< Until JetStream must have acknowledged.
    std::uint32_t replicas = 1;                 ///< Of streams created by us.
    nanoseconds duplicate_window = 15min;  ///< Of LOGS: how long an Idempotency-Key, a webhook's delivery or a polled item is known.
    StreamLimits logs{24h, 4_GiB};
    StreamLimits dlq{168h, 1_GiB};
    StreamLimits metrics{24h, 1_GiB};
    StreamLimits alerts{720h, 1_GiB};
};

struct StoreSettings {
    std::string engine = "duckdb";  ///< duckdb, which ingestion owns; others reach it over the bus.
    std::string path = "data/store";
    nanoseconds retention = 720h;  ///< Day files older than this are deleted. 0s: keep all.
    Bytes memory_limit = 512_MiB;  ///< Of the embedded engine.
    std::uint32_t threads = 2;
    nanoseconds query_timeout = 30s;
};

/// What every HTTP listener has.
struct HttpSettings {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
};

/// A URL that the gateway asks for items again and again.
struct PollSource {
    std::string name;  ///< The source of its records: one token of a subject.
    std::string url;
    nanoseconds interval = 1min;
    nanoseconds timeout = 30s;
    std::string items;   ///< JSON pointer to the array; empty: the answer itself.
    std::string id = "/id";  ///< Within an item.
    std::string time;    ///< Within an item; empty: as in any record.
    std::string message; ///< Likewise.
    std::vector<std::pair<std::string, std::string>> headers;  ///< Sent along; their values may be secrets.
};

struct GatewaySettings : HttpSettings {
    GatewaySettings() { port = 8081; }
    std::string default_message = "hello from logchute";
    std::string default_service = "demo";
    std::string default_level = "info";
    Bytes line_bytes_max = 1_MiB;
    Bytes body_bytes_max = 64_MiB;  ///< Of one request, before and after decompression; uploads have no limit but max_decompressed.
    Bytes upload_decompressed_max = 16_GiB;
    Bytes message_bytes = 512_KiB;  ///< Bodies are cut into messages of about this size.
    Bytes pending_bytes_max = 256_MiB;  ///< All that is held in memory, unacknowledged; above it 503.
    nanoseconds group_wait = 2ms;  ///< Small requests that arrive within this share one message.
    double lag_share_max = 0.8;  ///< 503 once the slowest consumer lags by this share of the stream's limit.
    std::string github_secret;       ///< Of GitHub's webhooks; empty: they are switched off. Set but empty is refused.
    std::string github_secret_file;  ///< Where the secret is instead; read into github_secret, for the gateway alone.
    std::vector<PollSource> poll;
    double source_rate_max = 0;  ///< Records a second of each source, over HTTP; 429 above. 0: no limit.

    // Syslog, and what --file keeps.
    std::uint16_t syslog_port = 0;  ///< UDP and TCP; 0: off.
    Bytes syslog_buffer_bytes = 32_MiB;  ///< Of UDP and of TCP each, while NATS is away; beyond, UDP is dropped and TCP not read.
    std::uint32_t syslog_connections_max = 512;
    nanoseconds syslog_idle_timeout = 1h;  ///< A connection that sends nothing is closed; 0s: never.
    std::string positions_path;  ///< How far files have been read. Empty: the folder `positions` beside store.path.
};

struct IngestionSettings : HttpSettings {
    IngestionSettings() { port = 8082; }
    std::uint64_t batch_records = 200'000;  ///< A batch is written at this many records, bytes, or this age, whichever is first.
    Bytes batch_bytes = 64_MiB;
    nanoseconds batch_age = 200ms;
};

struct AnalyzerSettings : HttpSettings {
    AnalyzerSettings() { port = 8086; }
    std::uint32_t workers = 2;
    std::uint32_t queue_messages = 256;  ///< Between the fetching thread and the workers.
    std::uint32_t max_services = 1000;  ///< Services beyond this are counted under "other".
};

struct DashboardSettings : HttpSettings {
    DashboardSettings() { port = 8080; }
};
struct AggregatorSettings : HttpSettings {
    AggregatorSettings() { port = 8083; }
};
struct MetricsSettings : HttpSettings {
    MetricsSettings() { port = 8084; }
};
struct AlertingSettings : HttpSettings {
    AlertingSettings() { port = 8085; }
};

struct NoiseSettings : HttpSettings {
    NoiseSettings() { port = 8087; }
    double rate = 50;  ///< Records a second.
    std::uint64_t total = 0;  ///< 0: without end.
    std::string target = "nats";  ///< nats, http, stdout
    std::string url = "http://127.0.0.1:8081";  ///< For target http.
    std::string format = "json";  ///< json, logfmt, clf, syslog, plain
    double malformed = 0;  ///< Share of lines that do not parse, 0 to 1.
    double error_share = 0.02;
    std::uint64_t seed = 0;  ///< 0: another one each time.
    std::string scenario = "steady";  ///< steady, burst, error-spike, ...
    std::vector<std::string> services{"api", "web", "auth", "orders", "payments"};
};

struct LogSettings {
    std::string level = "info";  ///< trace debug info warn error
    std::string format = "json";  ///< json, or text for people
};

struct AuthSettings {
    std::string mode = "none";
    bool allow_unauthenticated = false;
};

struct Settings {
    NatsSettings nats;
    StoreSettings store;
    GatewaySettings gateway;
    IngestionSettings ingestion;
    AnalyzerSettings analyzer;
    MetricsSettings metrics;
    AlertingSettings alerting;
    AggregatorSettings aggregator;
    DashboardSettings dashboard;
    NoiseSettings noise;
    AuthSettings auth;
    LogSettings log;
};

/// Where a service listens, by the service's name: "log-analyzer" has the section `analyzer`. Null for a name that is no service.
[[nodiscard]] const HttpSettings* find_listener(const Settings& settings, std::string_view service);

}  // namespace runtime
}  // namespace logchute
