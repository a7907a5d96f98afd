// A service with nothing in it but what every service has. service_test runs it; SAMPLE in the environment makes it misbehave.
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "logchute/runtime/logging.hpp"
#include "logchute/runtime/service.hpp"

using namespace logchute;

namespace {

struct RunFlags {
    bool quiet = false;
    std::string word;
    std::vector<std::string> items;
};

void run(runtime::Service& service, const RunFlags& flags) {
    const char* chosen = std::getenv("SAMPLE");  // NOLINT(concurrency-mt-unsafe): nobody sets it meanwhile
    const std::string mode = chosen == nullptr ? "" : chosen;
    service.router().get("/message", [&](http::Request&) { return http::Response::text(service.settings().gateway.default_message); });
    service.on_stop("first", [](auto) {});
    service.on_stop("second", [&](auto) {
        if (mode == "stuck") std::this_thread::sleep_for(std::chrono::minutes(5));
        if (mode == "bad-stop") throw std::runtime_error("could not flush");
    });
    if (mode == "thread-throws") std::thread([] { throw std::runtime_error("no memory left"); }).join();
    if (mode == "throws") throw std::runtime_error("the store will not open");
    if (mode == "fails") service.request_stop("the disk has gone");
    if (mode == "run-flags") {
        std::string items;
        for (const std::string& item : flags.items) items += item;
        std::printf("%s [%s] [%s]\n", flags.quiet ? "quiet" : "loud", flags.word.c_str(), items.c_str());
        service.request_stop();
        return service.run_without_http();
    }
    if (mode == "no-http") {
        std::puts("made");
        service.request_stop();
        return service.run_without_http();
    }
    service.run();
}

}  // namespace

int main(int argc, char** argv) {
    RunFlags flags;
    return runtime::service_main({.name = "gateway",
                                  .description = "A sample.",
                                  .flags = {{"--message", "gateway.default_message", "what to say"}},
                                  .run_flags = {{"--quiet", "say little", &flags.quiet},
                                                {"--word", "any word", &flags.word},
                                                {"--item", "any item; may be repeated", &flags.items}}},
                                 argc, argv, [&flags](runtime::Service& service) { run(service, flags); });
}
