#include "signals.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stop_token>
#include <system_error>

namespace logchute::runtime {
namespace {

constexpr int kExitOnSecondSignal = 130;

sigset_t watched_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}

UniqueFd checked(int fd, const char* what) {
    if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
    return UniqueFd(fd);
}

}  // namespace

SignalWatcher::SignalWatcher(std::function<void(const char*)> on_first) : on_first_(std::move(on_first)) {
    const sigset_t set = watched_signals();
    pthread_sigmask(SIG_BLOCK, &set, &before_);
    signals_ = checked(signalfd(-1, &set, SFD_CLOEXEC), "signalfd");
    wake_ = checked(eventfd(0, EFD_CLOEXEC), "eventfd");
    thread_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
}

SignalWatcher::~SignalWatcher() {
    thread_.request_stop();
    thread_.join();
    // One that came after the thread had gone has been answered already: the process is ending.
    const sigset_t set = watched_signals();
    const timespec at_once{};
    while (sigtimedwait(&set, nullptr, &at_once) > 0) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void SignalWatcher::watch(const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] { eventfd_write(wake_.get(), 1); });
    bool has_come = false;
    while (!stop.stop_requested()) {
        std::array<pollfd, 2> waits{{{signals_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
        if (poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return;
        if ((waits[0].revents & POLLIN) == 0) continue;
        signalfd_siginfo info{};
        if (read(signals_.get(), &info, sizeof info) != sizeof info) continue;
        if (has_come) _exit(kExitOnSecondSignal);
        has_come = true;
        on_first_(info.ssi_signo == SIGTERM ? "SIGTERM" : "SIGINT");
    }
}

}  // namespace logchute::runtime
