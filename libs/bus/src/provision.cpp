#include "logchute/bus/provision.hpp"

#include <optional>
#include <utility>

namespace logchute::bus {
namespace {

constexpr milliseconds kLook{250};        // how soon a connection that came back is noticed
constexpr milliseconds kSayAgain{10'000}; // how often a server that is away is mentioned

std::optional<Error> create_all(Connection& connection, const std::vector<StreamSpec>& streams) {
    for (const StreamSpec& spec : streams)
        if (auto created = ensure_stream(connection, spec); !created) return std::move(created).error().in("stream " + spec.name);
    return std::nullopt;
}

}  // namespace

Provisioner::Provisioner(Connection& connection, std::vector<StreamSpec> streams, Report report)
    : connection_(connection),
      streams_(std::move(streams)),
      report_(std::move(report)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Provisioner::~Provisioner() {
    thread_.request_stop();
    changed_.notify_all();
}

bool Provisioner::is_ready() const {
    const std::lock_guard lock(mutex_);
    return ready_ && connection_.is_connected();
}

void Provisioner::run(const std::stop_token& stop) {
    auto say = SteadyClock::now() + kSayAgain;  // the connection itself says the first time that there is no server
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        const bool connected = connection_.is_connected();
        if (!connected) ready_ = false;
        if (!ready_) {
            lock.unlock();
            auto trouble =
                connected ? create_all(connection_, streams_) : std::optional(Error{Errc::unavailable, "still waiting for NATS"});
            if (!trouble) {
                report_(true, "the streams are there");
                say = SteadyClock::now();
            } else if (SteadyClock::now() >= say) {
                report_(false, trouble->detail);
                say = SteadyClock::now() + kSayAgain;
            }
            lock.lock();
            ready_ = !trouble;
        }
        changed_.wait_for(lock, stop, kLook, [] { return false; });
    }
}

}  // namespace logchute::bus
