#include "command_line.hpp"

#include <CLI/CLI.hpp>
#include <concepts>

#include "logchute/core/assert.hpp"
#include "setting_table.hpp"

namespace logchute::runtime {
namespace {

constexpr int kExitOnWrongFlags = 2;

constexpr const char* kFooter =
    "Settings come from config.yaml (or --config), then the file .env, then the environment (LOGCHUTE_<SECTION>_<KEY>, and PORT for the\n"
    "port), then flags; later wins. --reference-config prints every one of them with its default.";

void add_run_flag(CLI::App& app, const RunFlag& flag) {
    const auto add = [&]<class T>(T* target) {
        if constexpr (std::same_as<T, bool>)
            app.add_flag(flag.name, *target, flag.help);
        else if constexpr (std::same_as<T, std::string>)
            app.add_option(flag.name, *target, flag.help)->type_name("VALUE");
        else
            app.add_option(flag.name, *target, flag.help)
                ->type_name("VALUE")
                ->expected(1)
                ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    };
    std::visit(add, flag.target);
}

}  // namespace

std::variant<CommandLine, int> parse_command_line(const ServiceInfo& info, int argc, char** argv) {
    CommandLine line;
    CLI::App app(info.description, info.name);
    app.set_version_flag("--version", "logchute " + info.name + ' ' + std::string(version()));
    app.footer(kFooter);
    app.add_option("--config", line.config_file, "Settings file to read instead of config.yaml")->type_name("FILE");
    app.add_flag("--check-config", line.check_config, "Only say whether the settings are right");
    app.add_flag("--reference-config", line.reference_config, "Print every setting with its default and what it is for");

    Settings defaults;
    SettingTable table = bind(defaults);
    for (const Flag& flag : info.flags) {
        const Setting* setting = table.find(flag.setting);
        LOGCHUTE_ASSERT(setting != nullptr);
        const auto take = [&line, &flag](const std::string& value) { line.flags.push_back({flag.setting, value, flag.name}); };
        app.add_option_function<std::string>(flag.name, take, flag.help + " [" + setting->yaml() + ']')->type_name("VALUE");
    }

    for (const RunFlag& flag : info.run_flags) add_run_flag(app, flag);

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : kExitOnWrongFlags;
    }
    return line;
}

}  // namespace logchute::runtime
