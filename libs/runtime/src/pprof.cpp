#include "pprof.hpp"

#ifdef LOGCHUTE_HAS_GPERFTOOLS
#include <gperftools/malloc_extension.h>
#include <gperftools/profiler.h>
#endif
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "elf_symbols.hpp"
#include "logchute/core/time.hpp"
#include "logchute/runtime/unique_fd.hpp"
#include "text_file.hpp"

#ifdef LOGCHUTE_HAS_GPERFTOOLS
// gperftools reads the sampling period from this variable of its own and expects it to change at run time, but declares it in no header of
// its. Weak, so that a version without it still links: sampling is then up to TCMALLOC_SAMPLE_PARAMETER alone.
// NOLINTNEXTLINE(bugprone-reserved-identifier)
namespace FLAG__namespace_do_not_use_directly_use_DECLARE_int64_instead {
[[gnu::weak]] extern std::int64_t FLAGS_tcmalloc_sample_parameter;  // NOLINT(readability-identifier-naming)
}
#endif

namespace logchute::runtime {
namespace {

using http::Problem;
using http::Request;
using http::Response;

constexpr std::size_t kSymbolBytesMax = 8U << 20;

#ifdef LOGCHUTE_HAS_GPERFTOOLS

Response binary(std::string bytes, const char* file_name) {
    Response response{200, {{"Content-Type", "application/octet-stream"}}, std::move(bytes)};
    return std::move(response).with("Content-Disposition", std::string("attachment; filename=\"") + file_name + '"');
}

constexpr std::int64_t kHeapSampleBytes = 512 * 1024;

// gperftools knows one CPU profile a process.
std::mutex& profiler_mutex() {
    static std::mutex mutex;
    return mutex;
}

void wait_for(std::chrono::seconds time, std::stop_token stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, std::move(stop), time, [] { return false; });
}

Result<std::string> read_all(int fd) {
    std::string bytes;
    std::array<char, 65536> buffer;
    while (true) {
        const ssize_t got = ::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(bytes.size()));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(Errc::failed, "cannot read the profile back");
        if (got == 0) return bytes;
        bytes.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

Response take_profile(const Request& request, const std::stop_token& stop) {
    http::Parameters parameters(request);
    const std::chrono::seconds time(parameters.integer("seconds", 30, 1, 120));
    if (auto problem = parameters.finish()) return Response::problem(std::move(*problem));

    const std::unique_lock only_one(profiler_mutex(), std::try_to_lock);
    // gperftools wants a file name. This file lives in memory: a service's file system may be read-only.
    const UniqueFd file(::memfd_create("profile", MFD_CLOEXEC));
    const std::string path = "/proc/self/fd/" + std::to_string(file.get());
    if (!only_one || ProfilerStart(path.c_str()) == 0)
        return Response::error({Errc::conflict, "This process is being profiled already. Try again once that profile is done."});
    wait_for(time, stop);
    ProfilerStop();
    auto profile = read_all(file.get());
    if (!profile) return Response::error(profile.error());
    return binary(std::move(*profile), "profile");
}

Response take_heap(const Request& request) {
    http::Parameters parameters(request);
    if (auto problem = parameters.finish()) return Response::problem(std::move(*problem));
    std::string sample;
    MallocExtension::instance()->GetHeapSample(&sample);
    return binary(std::move(sample), "heap");
}

#else

// Sanitizers bring an allocator and signal handling of their own.
Response take_profile(const Request&, const std::stop_token&) {
    return Response::problem({.status = 501, .detail = "This build has sanitizers in it and takes no profiles. Use a release build."});
}
Response take_heap(const Request& request) { return take_profile(request, {}); }

#endif

Response show_command_line(const Request& request) {
    http::Parameters parameters(request);
    if (auto problem = parameters.finish()) return Response::problem(std::move(*problem));
    auto arguments = read_text_file("/proc/self/cmdline");
    if (!arguments) return Response::error(arguments.error());
    if (arguments->ends_with('\0')) arguments->pop_back();
    for (char& c : *arguments)
        if (c == '\0') c = '\n';
    return Response::text(std::move(*arguments));
}

// "0x12+0x34": of a form's body the plus signs are as they were, of a query they have become spaces.
std::vector<std::uintptr_t> parse_addresses(std::string_view text) {
    std::vector<std::uintptr_t> addresses;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of("+ \r\n"), text.size());
        std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (word.starts_with("0x")) word.remove_prefix(2);
        std::uintptr_t address = 0;
        const auto [last, error] = std::from_chars(word.data(), word.data() + word.size(), address, 16);
        if (error == std::errc{} && last == word.data() + word.size()) addresses.push_back(address);
    }
    return addresses;
}

Response name_symbols(const Request& request) {
    std::string_view text = request.body;
    if (text.empty() && !request.query.empty()) text = request.query.front().first;
    if (text.empty()) return Response::text("num_symbols: 1\n");  // any number but 0: there are names here
    const auto addresses = parse_addresses(text);
    const auto names = function_names(addresses);
    std::string body = "num_symbols: 1\n";
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        if (names[i].empty()) continue;
        std::array<char, 2 * sizeof(std::uintptr_t)> hex;
        body += "0x";
        body.append(hex.data(), std::to_chars(hex.data(), hex.data() + hex.size(), addresses[i], 16).ptr);
        body += '\t' + names[i] + '\n';
    }
    return Response::text(std::move(body));
}

}  // namespace

void add_pprof_routes(http::Router& router, const std::stop_token& stop) {
    router.get("/debug/pprof/profile", [stop](Request& request) { return take_profile(request, stop); });
    router.get("/debug/pprof/heap", take_heap);
    router.get("/debug/pprof/cmdline", show_command_line);
    router.get("/debug/pprof/symbol", name_symbols);
    router.post("/debug/pprof/symbol", name_symbols, {.body_bytes_max = kSymbolBytesMax});
}

void start_heap_sampling() noexcept {
#ifdef LOGCHUTE_HAS_GPERFTOOLS
    using namespace FLAG__namespace_do_not_use_directly_use_DECLARE_int64_instead;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there are no threads yet
    if (&FLAGS_tcmalloc_sample_parameter != nullptr && std::getenv("TCMALLOC_SAMPLE_PARAMETER") == nullptr)
        FLAGS_tcmalloc_sample_parameter = kHeapSampleBytes;
#endif
}

}  // namespace logchute::runtime
