// From settings to a connection and to the streams a service needs.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "logchute/bus/connection.hpp"
#include "logchute/bus/names.hpp"
#include "logchute/bus/stream.hpp"

namespace logchute::bus {

/// Told what happens to the connection and the streams, for the log.
using Report = std::function<void(bool good, std::string_view what)>;

/// The section `nats` of the settings as options. A template over that section's type, so that this library need not know the runtime.
template <class NatsSettings>
[[nodiscard]] ConnectionOptions connection_options(const NatsSettings& nats, std::string name, Report on_change) {
    return {.url = nats.url,
            .name = std::move(name),
            .credentials_file = nats.credentials_file,
            .user = nats.user,
            .password = nats.password,
            .token = nats.token,
            .tls = nats.tls,
            .tls_ca_file = nats.tls_ca_file,
            .tls_cert_file = nats.tls_cert_file,
            .tls_key_file = nats.tls_key_file,
            .reconnect_wait = std::chrono::duration_cast<milliseconds>(nats.reconnect_wait),
            .on_change = std::move(on_change)};
}

template <class NatsSettings>
[[nodiscard]] StreamSpec logs_stream(const NatsSettings& nats) {
    return {.name = std::string(kLogsStream),
            .subjects = {std::string(kLogsSubjects)},
            .max_age = nats.logs.max_age,
            .max_bytes = nats.logs.max_bytes.value,
            .replicas = nats.replicas,
            .duplicate_window = nats.duplicate_window};
}

template <class NatsSettings>
[[nodiscard]] StreamSpec dlq_stream(const NatsSettings& nats) {
    return {.name = std::string(kDlqStream),
            .subjects = {std::string(kDlqSubjects)},
            .max_age = nats.dlq.max_age,
            .max_bytes = nats.dlq.max_bytes.value,
            .replicas = nats.replicas};
}

/// Sees to it that streams exist: waits for the server, creates what is absent, and looks again whenever the connection has come back.
/// Threads:  one of its own. Lifetime: borrows the Connection.
class Provisioner {
public:
    Provisioner(Connection& connection, std::vector<StreamSpec> streams, Report report);
    ~Provisioner();
    Provisioner(const Provisioner&) = delete;
    Provisioner& operator=(const Provisioner&) = delete;

    /// Whether the streams were there when last looked, and the server still is.
    [[nodiscard]] bool is_ready() const;

private:
    void run(const std::stop_token& stop);

    Connection& connection_;
    const std::vector<StreamSpec> streams_;
    const Report report_;

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    bool ready_ = false;

    std::jthread thread_;  // last: ends before what it uses is gone
};

}  // namespace logchute::bus
