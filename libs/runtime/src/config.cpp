#include "logchute/runtime/config.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>

#include "dotenv.hpp"
#include "logchute/core/assert.hpp"
#include "nearest.hpp"
#include "printable.hpp"
#include "setting_table.hpp"
#include "text_file.hpp"
#include "yaml_file.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to us

namespace logchute::runtime {
namespace {

constexpr std::string_view kPrefix = "LOGCHUTE_";

// Names that begin like settings and are the scripts', so that one .env can hold both.
constexpr std::array<std::string_view, 3> kScriptNames{"LOGCHUTE_DATA", "LOGCHUTE_PRESET", "LOGCHUTE_IMAGE"};

std::string in_quotes(std::string_view text) {
    std::string out = "'";
    append_printable(out, text);
    return out + '\'';
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

class Loader {
public:
    explicit Loader(const ConfigSources& sources) : sources_(sources) {
        for (Setting& setting : table_.settings())
            for (std::string& name : environment_names(setting.key)) {
                by_environment_.emplace(name, &setting);
                environment_names_.push_back(std::move(name));
            }
        LOGCHUTE_ASSERT(by_environment_.size() == environment_names_.size());
    }

    Result<Settings> load() {
        read_file();
        read_dotenv();
        read_environment();
        read_flags();
        check_listeners();
        read_github_secret();
        if (faults_.empty()) return settings_;
        std::string detail;
        for (const Fault& fault : faults_) detail += (detail.empty() ? "" : "\n") + to_string(fault.at) + ": " + fault.text;
        return fail(Errc::invalid, std::move(detail));
    }

private:
    struct Variable {
        std::string name;
        std::string value;
        Origin at;
    };

    void read_file() {
        const std::string default_file = "config.yaml";
        std::error_code ignored;
        if (sources_.file.empty() && !std::filesystem::exists(default_file, ignored)) return;
        const auto tree = read_yaml_file(sources_.file.empty() ? default_file : sources_.file, faults_);
        if (!tree || tree->kind == ConfigNode::Kind::null) return;
        if (tree->kind != ConfigNode::Kind::map)
            faults_.push_back({tree->at, std::string("expected sections such as 'gateway:', got ") + describe(tree->kind)});
        else
            read_group(*tree, "");
    }

    void read_group(const ConfigNode& map, const std::string& group) {
        for (const ConfigNode& child : map.children) {
            const std::string key = group.empty() ? child.key : group + '.' + child.key;
            if (Setting* setting = table_.find(key)) {
                read_setting(*setting, child);
            } else if (!table_.is_group(key)) {
                faults_.push_back({child.key_at, unknown_key(child.key, group)});
            } else if (child.kind == ConfigNode::Kind::map) {
                read_group(child, key);
            } else if (child.kind != ConfigNode::Kind::null) {
                faults_.push_back({child.at, key + ": expected keys below it, such as '" + table_.names_in(key).front() + ":', got " +
                                                 describe(child.kind)});
            }
        }
    }

    void read_setting(Setting& setting, const ConfigNode& node) {
        if (node.kind == ConfigNode::Kind::null) {
            faults_.push_back({node.at, setting.key + ": has no value; leave the key out for its default"});
            return;
        }
        assign(setting, node);
    }

    void assign(Setting& setting, const ConfigNode& node) {
        Faults found;
        setting.assign(node, found);
        for (Fault& fault : found) faults_.push_back({std::move(fault.at), setting.key + ": " + fault.text});
        setting.origin = node.at;
    }

    void read_dotenv() {
        const auto text = read_text_file(sources_.dotenv_file);
        if (!text) {
            if (text.error().code != Errc::not_found) faults_.push_back({{sources_.dotenv_file, 0, 0}, text.error().detail});
            return;
        }
        std::vector<Variable> variables;
        for (Assignment& line : parse_dotenv(*text, sources_.dotenv_file, faults_)) {
            const Origin at{sources_.dotenv_file, line.line, 0};
            if (!line.name.starts_with(kPrefix)) continue;
            const bool is_twice =
                std::any_of(variables.begin(), variables.end(), [&](const Variable& other) { return other.name == line.name; });
            if (is_twice) faults_.push_back({at, line.name + " is here twice; keep one"});
            if (!is_twice) variables.push_back({std::move(line.name), std::move(line.value), at});
        }
        read_variables(variables);
    }

    void read_environment() {
        std::vector<Variable> variables;
        for (const auto& [name, value] : sources_.environment)
            if (name.starts_with(kPrefix) || name == "PORT") variables.push_back({name, value, {"environment variable " + name, 0, 0}});
        read_variables(variables);
    }

    // One layer of names: PORT first, so that the name that says which service it means wins.
    void read_variables(const std::vector<Variable>& variables) {
        const std::string_view section = section_of(sources_.service);
        for (const Variable& variable : variables)
            if (variable.name == "PORT" && !section.empty() && !variable.value.empty())
                assign(*table_.find(std::string(section) + ".port"), node_of(variable));
        std::map<Setting*, const Variable*> seen;
        for (const Variable& variable : variables)
            if (variable.name != "PORT") read_variable(variable, seen);
    }

    void read_variable(const Variable& variable, std::map<Setting*, const Variable*>& seen) {
        if (std::find(kScriptNames.begin(), kScriptNames.end(), variable.name) != kScriptNames.end()) return;
        const auto found = by_environment_.find(variable.name);
        if (found == by_environment_.end()) {
            faults_.push_back({variable.at, unknown_variable(variable.name)});
            return;
        }
        Setting& setting = *found->second;
        if (variable.value.empty() && !setting.refuses_empty) return;
        const auto [other, is_first] = seen.emplace(&setting, &variable);
        if (!is_first && other->second->value != variable.value) {
            faults_.push_back(
                {variable.at, "sets " + setting.key + ", which " + other->second->name + " sets to something else; keep one"});
            return;
        }
        assign(setting, node_of(variable));
    }

    void read_flags() {
        for (const auto& [key, value, flag] : sources_.flags) {
            Setting* setting = table_.find(key);
            // A service's flags are its own code. What others can read in the list of processes is no place for a secret.
            LOGCHUTE_ASSERT(setting != nullptr && !setting->is_secret);
            assign(*setting, node_of({key, value, {flag.empty() ? "flag for " + key : "flag " + flag, 0, 0}}));
        }
    }

    static ConfigNode node_of(const Variable& variable) {
        ConfigNode node;
        node.kind = ConfigNode::Kind::scalar;
        node.at = variable.at;
        node.text = variable.value;
        return node;
    }

    std::string unknown_key(const std::string& key, const std::string& group) const {
        const std::string text =
            group.empty() ? "unknown section " + in_quotes(key) : "unknown key " + in_quotes(key) + " in section '" + group + '\'';
        const auto names = table_.names_in(group);
        std::string_view meant = nearest(key, names);
        if (group.empty() && !section_of(key).empty()) meant = section_of(key);
        if (!meant.empty()) return text + "; did you mean '" + std::string(meant) + "'?";
        for (const Setting& setting : table_.settings())
            if (setting.key.ends_with('.' + key)) return text + "; did you mean '" + setting.key + "'?";
        return text + "; there are: " + joined(names);
    }

    std::string unknown_variable(const std::string& name) const {
        const std::string_view meant = nearest(name, environment_names_);
        if (!meant.empty()) return "there is no such setting; did you mean " + std::string(meant) + '?';
        return "there is no such setting; the names are LOGCHUTE_<SECTION>_<KEY>, with the sections " + joined(table_.names_in("")) +
               " and their keys as in config.yaml";
    }

    // Without sign-in whoever reaches a service may do anything, so nobody but this machine may reach it unless an operator insists.
    void check_listeners() {
        if (settings_.auth.mode != "none" || settings_.auth.allow_unauthenticated) return;
        for (const std::string_view service : service_names()) {
            const std::string& address = find_listener(settings_, service)->host;
            if (is_loopback(address)) continue;
            const Setting& host = *table_.find(std::string(section_of(service)) + ".host");
            faults_.push_back(
                {host.origin, host.key + ": " + in_quotes(address) +
                                  " can be reached from other machines, and auth.mode none lets anyone in; listen on 127.0.0.1, "
                                  "or set auth.allow_unauthenticated (LOGCHUTE_AUTH_ALLOW_UNAUTHENTICATED) to true"});
        }
    }

    // Only by the service that needs it: the others may not be let near the file.
    void read_github_secret() {
        GatewaySettings& gateway = settings_.gateway;
        if (gateway.github_secret_file.empty() || sources_.service != "gateway") return;
        const Setting& file = *table_.find("gateway.github_secret_file");
        const auto refuse = [&](std::string text) { faults_.push_back({file.origin, file.key + ": " + std::move(text)}); };
        if (!gateway.github_secret.empty()) return refuse("gateway.github_secret is set as well; keep one");
        auto text = read_text_file(gateway.github_secret_file);
        if (!text) return refuse(text.error().detail);
        while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
        if (text->empty()) return refuse("the secret in this file is empty; give it a value, or leave the setting out");
        gateway.github_secret = *std::move(text);
    }

    const ConfigSources& sources_;
    Settings settings_;
    SettingTable table_ = bind(settings_);
    std::map<std::string, Setting*, std::less<>> by_environment_;
    std::vector<std::string> environment_names_;
    Faults faults_;
};

}  // namespace

std::vector<std::pair<std::string, std::string>> process_environment() {
    std::vector<std::pair<std::string, std::string>> all;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const auto equals = text.find('=');
        if (equals != std::string_view::npos) all.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return all;
}

Result<Settings> load_settings(const ConfigSources& sources) { return Loader(sources).load(); }

}  // namespace logchute::runtime
