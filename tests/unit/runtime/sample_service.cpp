// A service with nothing in it but what every service has. service_test runs it; SAMPLE in the environment makes it misbehave.
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

#include "logchute/runtime/logging.hpp"
#include "logchute/runtime/service.hpp"

using namespace logchute;

namespace {

void run(runtime::Service& service) {
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
    if (mode == "no-http") {
        std::puts("made");
        service.request_stop();
        return service.run_without_http();
    }
    service.run();
}

}  // namespace

int main(int argc, char** argv) {
    return runtime::service_main(
        {.name = "gateway", .description = "A sample.", .flags = {{"--message", "gateway.default_message", "what to say"}}}, argc, argv,
        run);
}
