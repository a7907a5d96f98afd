#include "support/nats_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace logchute::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kStartTimeout = 20s;
constexpr auto kPoll = 5ms;  // another process tells nobody when it is ready

/// A file descriptor that closes itself.
class Socket {
public:
    Socket() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
    ~Socket() { ::close(fd_); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    [[nodiscard]] int fd() const noexcept { return fd_; }

private:
    int fd_;
};

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

sockaddr* plain(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

/// As execve() wants it: borrowed, and ended by a null pointer.
std::vector<char*> c_array(std::vector<std::string>& words) {
    std::vector<char*> array(words.size() + 1, nullptr);
    std::ranges::transform(words, array.begin(), [](std::string& word) { return word.data(); });
    return array;
}

/// An environment variable; empty where it is not set. Tests set none while they run.
std::string variable(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    return value == nullptr ? std::string() : value;
}

fs::path find_server() {
    if (const std::string given = variable("LOGCHUTE_NATS_SERVER"); !given.empty()) return given;
    if (const fs::path ours = fs::path(LOGCHUTE_ROOT) / ".deps/bin/nats-server"; fs::exists(ours)) return ours;
    std::istringstream folders(variable("PATH"));
    for (std::string folder; std::getline(folders, folder, ':');)
        if (const fs::path there = fs::path(folder) / "nats-server"; ::access(there.c_str(), X_OK) == 0) return there;
    throw std::runtime_error("no nats-server: run ./scripts/install, or point LOGCHUTE_NATS_SERVER at one of 2.10 or newer");
}

/// The answer of an HTTP server to GET `path`; empty where it does not answer.
std::string http_get(std::uint16_t port, const std::string& path) {
    const Socket socket;
    sockaddr_in address = loopback(port);
    if (::connect(socket.fd(), plain(address), sizeof(address)) != 0) return {};
    const std::string request = "GET " + path + " HTTP/1.0\r\n\r\n";
    if (::send(socket.fd(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) return {};
    std::string answer;
    std::array<char, 4096> buffer{};
    for (ssize_t n = 0; (n = ::recv(socket.fd(), buffer.data(), buffer.size(), 0)) > 0;)
        answer.append(buffer.data(), static_cast<std::size_t>(n));
    return answer;
}

}  // namespace

std::uint16_t free_port() {
    const Socket socket;
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    if (::bind(socket.fd(), plain(address), size) != 0 || ::getsockname(socket.fd(), plain(address), &size) != 0)
        throw std::runtime_error("cannot find a free port");
    return ntohs(address.sin_port);
}

NatsServer::NatsServer(Start start, std::vector<std::string> flags)
    : flags_(std::move(flags)), port_(free_port()), monitor_port_(free_port()) {
    std::string pattern = (fs::temp_directory_path() / "logchute-nats-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
    folder_ = pattern;
    if (start == Start::now) this->start();
}

NatsServer::~NatsServer() {
    kill();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

void NatsServer::start() {
    spawn();
    const auto deadline = std::chrono::steady_clock::now() + kStartTimeout;
    while (!http_get(monitor_port_, "/healthz").contains("200 OK")) {
        if (has_ended() || std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("nats-server did not start:\n" + log_tail());
        std::this_thread::sleep_for(kPoll);
    }
}

void NatsServer::spawn() {
    const std::string server = find_server().string();
    const std::string config = (fs::path(LOGCHUTE_ROOT) / "deploy/nats/nats.conf").string();
    const std::string log = (folder_ / "log").string();
    std::vector<std::string> variables{"NATS_PORT=" + std::to_string(port_), "NATS_MONITOR_PORT=" + std::to_string(monitor_port_),
                                       "NATS_STORE_DIR=" + (folder_ / "store").string()};
    std::vector<std::string> words{server, "--config", config, "--log", log};
    words.insert(words.end(), flags_.begin(), flags_.end());
    const auto environment = c_array(variables);
    const auto arguments = c_array(words);

    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("fork failed");
    if (pid_ == 0) {  // only async-signal-safe calls from here on
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::execve(arguments[0], arguments.data(), environment.data());
        ::_exit(127);
    }
}

bool NatsServer::has_ended() {
    if (pid_ <= 0) return true;
    if (::waitpid(pid_, nullptr, WNOHANG) != pid_) return false;
    pid_ = -1;
    return true;
}

void NatsServer::kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

void NatsServer::pause() const {
    ::kill(pid_, SIGSTOP);
    ::waitpid(pid_, nullptr, WUNTRACED);  // its threads stop one by one: not before this has all of it stopped
}

void NatsServer::resume() const { ::kill(pid_, SIGCONT); }

std::string NatsServer::log_tail() const {
    std::ifstream file(folder_ / "log");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    return text.size() > 2'000 ? text.substr(text.size() - 2'000) : text;
}

}  // namespace logchute::test
