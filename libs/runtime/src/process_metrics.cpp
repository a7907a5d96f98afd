#include "process_metrics.hpp"

#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>

namespace logchute::runtime {
namespace {

using Kind = Metrics::Kind;

// The fields of /proc/self/stat that follow the command's name, which itself may hold blanks and parentheses. See proc(5).
struct Stat {
    double start_ticks;
    double threads;
    double virtual_bytes;
    double resident_pages;
};

std::optional<Stat> read_stat() {
    std::ifstream file("/proc/self/stat");
    std::string text;
    if (!std::getline(file, text)) return {};
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos) return {};
    std::istringstream rest(text.substr(name_end + 1));
    std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
    constexpr std::size_t kFirst = 3;  // proc(5) counts from 1, and this text begins with the third
    if (fields.size() <= 24 - kFirst) return {};
    const auto field = [&](std::size_t number) { return std::strtod(fields[number - kFirst].c_str(), nullptr); };
    return Stat{.start_ticks = field(22), .threads = field(20), .virtual_bytes = field(23), .resident_pages = field(24)};
}

// Seconds since the epoch at which this machine started.
std::optional<double> read_boot_time() {
    std::ifstream file("/proc/stat");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
    return {};
}

std::optional<double> count_open_files() {
    std::error_code error;
    std::filesystem::directory_iterator at("/proc/self/fd", error);
    double count = -1;  // the iterator's own
    for (const std::filesystem::directory_iterator end; !error && at != end; at.increment(error)) ++count;
    if (error) return {};
    return count;
}

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

std::vector<ProcessMetric> read_process_metrics() {
    std::vector<ProcessMetric> all{{Kind::counter, "process_cpu_seconds_total", "User and system CPU time spent.", cpu_seconds()}};
    if (const auto stat = read_stat()) {
        const auto page_bytes = static_cast<double>(sysconf(_SC_PAGESIZE));
        const auto ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
        all.push_back({Kind::gauge, "process_resident_memory_bytes", "Resident memory.", stat->resident_pages * page_bytes});
        all.push_back({Kind::gauge, "process_virtual_memory_bytes", "Virtual memory.", stat->virtual_bytes});
        all.push_back({Kind::gauge, "process_threads", "Threads.", stat->threads});
        if (const auto boot = read_boot_time())
            all.push_back({Kind::gauge, "process_start_time_seconds", "Start of the process since the Unix epoch.",
                           *boot + stat->start_ticks / ticks_per_second});
    }
    if (const auto open = count_open_files()) all.push_back({Kind::gauge, "process_open_fds", "Open file descriptors.", *open});
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        all.push_back({Kind::gauge, "process_max_fds", "File descriptors that may be open.", static_cast<double>(limit.rlim_cur)});
    return all;
}

}  // namespace logchute::runtime
