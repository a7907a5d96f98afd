#include "logchute/runtime/service.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "command_line.hpp"
#include "logchute/runtime/config.hpp"
#include "logchute/runtime/logging.hpp"
#include "pprof.hpp"
#include "running_service.hpp"
#include "signals.hpp"

namespace logchute::runtime {
namespace {

constexpr int kStopped = 0;
constexpr int kFailed = 1;
constexpr int kWrongSettings = 2;

int print(std::string_view text, std::FILE* where, int code) {
    std::fwrite(text.data(), 1, text.size(), where);
    return std::fflush(where) == 0 ? code : kFailed;
}

// What no thread has caught: out of memory, or a mistake of ours. One place for every thread of every library. The process ends at once,
// because every promise holds through a kill as well, and who knows what state the thread left behind.
[[noreturn]] void report_and_abort() noexcept {
    const char* cause = "no exception";
    try {
        if (const auto thrown = std::current_exception()) std::rethrow_exception(thrown);
    } catch (const std::exception& failure) {
        cause = failure.what();
        log_error("BUG: nobody caught an exception; ending at once", {{"cause", cause}});
        std::abort();
    } catch (...) {
        cause = "something that is no std::exception";
    }
    log_error("BUG: terminate was called; ending at once", {{"cause", cause}});
    std::abort();
}

int run_body(const ServiceInfo& info, Settings settings, const std::function<void(Service&)>& body) {
    RunningService service(info.name, std::move(settings));
    const SignalWatcher signals([&service](const char* signal) {
        log_info("stopping; a second signal quits at once", {{"signal", signal}});
        service.request_stop({});
    });
    log_info("starting", {{"version", version()}, {"pid", ::getpid()}});
    try {
        body(service);
    } catch (const std::exception& failure) {
        log_error(service.health().report().ready ? "failed" : "cannot start", {{"cause", failure.what()}});
        return kFailed;
    }
    return service.failure().empty() ? kStopped : kFailed;
}

}  // namespace

int service_main(const ServiceInfo& info, int argc, char** argv, const std::function<void(Service&)>& body) {
    std::signal(SIGPIPE, SIG_IGN);  // whoever writes to a pipe or socket that has closed gets the error there
    start_heap_sampling();
    const auto parsed = parse_command_line(info, argc, argv);
    if (const int* code = std::get_if<int>(&parsed)) return *code;
    const CommandLine& line = std::get<CommandLine>(parsed);
    if (line.reference_config) return print(reference_config(), stdout, kStopped);

    auto settings = load_settings(
        {.file = line.config_file, .dotenv_file = ".env", .environment = process_environment(), .flags = line.flags, .service = info.name});
    if (!settings) return print(info.name + ": the settings are wrong:\n" + settings.error().detail + '\n', stderr, kWrongSettings);
    if (line.check_config) return print("configuration is valid\n", stdout, kStopped);

    init_logging(info.name, settings->log);
    std::set_terminate(report_and_abort);
    return run_body(info, std::move(*settings), body);
}

}  // namespace logchute::runtime
