#include <algorithm>

#include "logchute/runtime/config.hpp"
#include "setting_table.hpp"

namespace logchute::runtime {
namespace {

constexpr std::string_view kHead =
    R"(# Logchute's settings: every one, with its default. All services read this file, each what it needs.
#
# Later wins: this file, the file .env, the environment, flags. In the environment nats.logs.max_age is LOGCHUTE_NATS_LOGS_MAX_AGE;
# PORT is the port of the service at hand. What is left out keeps its default; a wrong key or value stops the start and says where.
# Durations: 250ms 10s 5m 1h 7d. Sizes: 512 16kB 64MiB. Check a file with `gateway --config FILE --check-config`.
)";

constexpr std::size_t kHelpColumn = 48;

void append_line(std::string& out, std::size_t depth, const std::string& text, const std::string& help) {
    std::string line(depth * 2, ' ');
    line += text;
    line.resize(std::max(line.size() + 2, kHelpColumn), ' ');
    out += line + "# " + help + '\n';
}

std::size_t depth_of(std::string_view key) { return static_cast<std::size_t>(std::count(key.begin(), key.end(), '.')); }
std::string name_of(const std::string& key) { return key.substr(key.rfind('.') + 1); }

void append_group(std::string& out, const SettingTable& table, const std::string& group) {
    for (const Setting& setting : table.settings()) {
        if (setting.key.size() <= group.size() || setting.key.substr(0, setting.key.rfind('.')) != group) continue;
        // A secret has no place in a file that is shared, so its line is a comment to begin with.
        const std::string text = name_of(setting.key) + ": " + setting.yaml();
        append_line(
            out, depth_of(setting.key), setting.is_secret ? "# " + text : text,
            setting.is_secret ? setting.help + " Better in the environment: " + environment_names(setting.key).front() : setting.help);
    }
}

}  // namespace

std::string reference_config() {
    Settings defaults;
    const SettingTable table = bind(defaults);
    std::string out(kHead);
    for (const auto& group : table.groups()) {
        if (group.key.empty()) continue;
        const std::size_t depth = depth_of(group.key);
        if (depth == 0) out += "\n# " + group.help + '\n' + group.key + ":\n";
        if (depth > 0) append_line(out, depth, name_of(group.key) + ':', group.help);
        append_group(out, table, group.key);
    }
    return out;
}

}  // namespace logchute::runtime
