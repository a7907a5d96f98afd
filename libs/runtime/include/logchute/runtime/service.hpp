// What every service is made of: flags, settings, logging, metrics, health, HTTP, signals, an ordered stop.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "logchute/runtime/health.hpp"
#include "logchute/runtime/http_server.hpp"
#include "logchute/runtime/metrics.hpp"
#include "logchute/runtime/settings.hpp"

namespace logchute::runtime {

/// A flag of one service that stands for a setting: {"--rate", "noise.rate", "records a second"}.
struct Flag {
    std::string name;
    std::string setting;
    std::string help;
};

/// A flag that is no setting, because it says what this one run is for: "--stdin", "--file PATH".
struct RunFlag {
    std::string name;
    std::string help;
    /// Where it goes before the service's body is called: bool, it takes no value; vector, it may be repeated. Outlives service_main().
    std::variant<bool*, std::string*, std::vector<std::string>*> target;
};

struct ServiceInfo {
    std::string name;  ///< "log-analyzer"
    std::string description;  ///< One sentence for --help.
    std::vector<Flag> flags;
    std::vector<RunFlag> run_flags{};
};

/// One running service. Made by service_main(), used by its body from the main thread.
class Service {
public:
    virtual ~Service() = default;
    [[nodiscard]] virtual const Settings& settings() const noexcept = 0;
    [[nodiscard]] virtual Metrics& metrics() noexcept = 0;
    [[nodiscard]] virtual Health& health() noexcept = 0;
    /// Routes to add before run(); /metrics, /health*, /debug/pprof/* are there already.
    [[nodiscard]] virtual http::Router& router() noexcept = 0;
    [[nodiscard]] virtual http::ServerOptions& server_options() noexcept = 0;
    /// Runs once, after the listener has answered its last request; the last one added first. `deadline` is shared by all, kStopPatience
    /// after the signal. Only run() calls these: where it was never reached, the destructors of the parts do the work.
    virtual void on_stop(std::string what, std::function<void(std::chrono::steady_clock::time_point deadline)> stop) = 0;
    /// Listens, then waits for SIGTERM, SIGINT or request_stop(), then stops everything in reverse, logging how long each took.
    virtual void run() = 0;
    /// The same without a listener: for commands that read or write standard streams, such as `noise-maker --target stdout`.
    virtual void run_without_http() = 0;
    /// Asks run() to end; any thread. `failure` makes the process exit with 1 and is logged.
    virtual void request_stop(std::string failure = {}) noexcept = 0;
    [[nodiscard]] virtual bool stopping() const noexcept = 0;
    /// The same, for waits: also before run(), while parts are still being built.
    [[nodiscard]] virtual std::stop_token stop_token() const noexcept = 0;
};

/// From the signal until everything has to have stopped. A process that is still there kStopGrace later ends itself with exit code 1.
inline constexpr std::chrono::seconds kStopPatience{15};
inline constexpr std::chrono::seconds kStopGrace{5};

/// The main() of a service: --help, --version, --config FILE, --check-config, --reference-config, and the flags of `info`. Reads the settings, sets up logging
/// and signals, calls `body`, which builds the parts and calls service.run(). What `body` throws is logged with cause and fix.
/// Returns the exit code: 0 after a signal, 1 after a failure, 2 for wrong flags or settings. A second signal quits at once.
[[nodiscard]] int service_main(const ServiceInfo& info, int argc, char** argv, const std::function<void(Service&)>& body);

/// The version this was built as, "0.1.0".
[[nodiscard]] std::string_view version() noexcept;

}  // namespace logchute::runtime
