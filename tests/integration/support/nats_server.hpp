// A real nats-server for one test.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace logchute::test {

/// Runs nats-server with deploy/nats/nats.conf on free ports of the loopback, in a folder of its own under the system's temporary one. The
/// destructor kills the server and removes the folder; if the test dies, the kernel ends the server
/// (with the thread that started it: start from one that lasts).
/// Failures: throws std::runtime_error with the end of the server's log.
class NatsServer {
public:
    enum class Start : std::uint8_t { now, later };
    /// `flags`: more of nats-server's own, as `--user`.
    explicit NatsServer(Start start = Start::now, std::vector<std::string> flags = {});
    ~NatsServer();
    NatsServer(const NatsServer&) = delete;
    NatsServer& operator=(const NatsServer&) = delete;

    /// Starts it, again perhaps, on the same port and folder, and waits until it takes connections and JetStream is up.
    void start();
    void kill();          ///< SIGKILL, and waits until it is gone.
    void pause() const;   ///< SIGSTOP, and waits until it stands still: connections stay open, nothing answers.
    void resume() const;  ///< SIGCONT
    [[nodiscard]] bool is_running() const noexcept { return pid_ > 0; }

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] std::string url() const { return "nats://127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

private:
    void spawn();
    [[nodiscard]] bool has_ended();
    [[nodiscard]] std::string log_tail() const;

    const std::vector<std::string> flags_;
    std::filesystem::path folder_;
    std::uint16_t port_ = 0;
    std::uint16_t monitor_port_ = 0;
    pid_t pid_ = -1;
};

/// A loopback port that nobody listens on now. Somebody may by the time it is used: retry.
[[nodiscard]] std::uint16_t free_port();

}  // namespace logchute::test
