// The settings by name: what binds config.yaml, the environment, flags and the reference to the members of Settings.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config_node.hpp"
#include "logchute/runtime/settings.hpp"
#include "setting_rules.hpp"

namespace logchute::runtime {

/// One setting. A scalar is read by a rule; one that is a list of groups (receivers, users) brings an `assign` of its own, which reports
/// each fault at its own place in the tree.
struct Setting {
    std::string key;   ///< "nats.logs.max_age"
    std::string help;  ///< One sentence.
    std::function<void(const ConfigNode&, Faults&)> assign;
    std::function<std::string()> yaml;  ///< Its value now, as config.yaml would have it.
    bool is_secret = false;             ///< Its text is never repeated, and no flag can set it.
    bool refuses_empty = false;         ///< An empty variable in the environment is a fault, where others count as not set.
    Origin origin;                      ///< Of its value; the source is empty for a default.
};

class SettingTable {
public:
    /// Keys that begin with `key` and a dot are nested under it in config.yaml.
    void group(std::string key, std::string help);

    template <class T, class Rule>
    void add(std::string key, T& target, std::string help, const Rule& rule) {
        insert(
            std::move(key), std::move(help), [&target] { return to_yaml(target); },
            [&target, rule](const ConfigNode& node, bool is_secret, Faults& faults) {
                const bool is_private = is_secret || requires { Rule::kMayHoldSecret; };
                if (node.kind != ConfigNode::Kind::scalar || !rule.read(node.text, target))
                    refuse(node, rule.expected(), is_private, faults);
            });
    }
    /// Each item is read by `rule`; in the environment they are separated by commas.
    template <class Rule>
    void add_list(std::string key, std::vector<std::string>& target, std::string help, const Rule& rule) {
        insert(
            std::move(key), std::move(help), [&target] { return to_yaml(target); },
            [&target, rule](const ConfigNode& node, bool is_secret, Faults& faults) {
                std::vector<std::string> items;
                for (const ConfigNode& child : list_items(node)) {
                    std::string item;
                    if (child.kind != ConfigNode::Kind::scalar || !rule.read(child.text, item))
                        return refuse(child, "a list, each item being " + rule.expected(), is_secret, faults);
                    items.push_back(std::move(item));
                }
                target = std::move(items);
            });
    }
    /// Whether a secret that is there but empty counts as not set: where that would switch off a lock, it is a mistake.
    enum class Emptiness : std::uint8_t { allowed, refused };
    void add_secret(std::string key, std::string& target, std::string help, Emptiness emptiness = Emptiness::allowed);

    using Assign = std::function<void(const ConfigNode&, bool is_secret, Faults&)>;
    /// One that is read in a way of its own.
    void insert(std::string key, std::string help, std::function<std::string()> yaml, Assign assign, bool is_secret = false);

    [[nodiscard]] Setting* find(std::string_view key);
    [[nodiscard]] bool is_group(std::string_view key) const;
    /// The names right under a group, of settings and groups alike; "" is the whole.
    [[nodiscard]] std::vector<std::string> names_in(std::string_view group) const;

    struct Group {
        std::string key;
        std::string help;
    };
    [[nodiscard]] const std::vector<Group>& groups() const noexcept { return groups_; }
    [[nodiscard]] std::vector<Setting>& settings() noexcept { return settings_; }
    [[nodiscard]] const std::vector<Setting>& settings() const noexcept { return settings_; }

private:
    static void refuse(const ConfigNode& node, const std::string& expected, bool is_secret, Faults& faults);
    static std::vector<ConfigNode> list_items(const ConfigNode& node);

    std::vector<Group> groups_;
    std::vector<Setting> settings_;
    std::map<std::string, std::size_t, std::less<>> by_key_;
};

/// Every setting, bound to `settings`, which must outlive the table and stay where it is. In settings.cpp.
[[nodiscard]] SettingTable bind(Settings& settings);

/// Every service of the suite; they share one file.
[[nodiscard]] std::span<const std::string_view> service_names() noexcept;
/// "analyzer" for "log-analyzer"; empty for a name that is no service.
[[nodiscard]] std::string_view section_of(std::string_view service) noexcept;

/// LOGCHUTE_NATS_URL; LOGCHUTE_ANALYZER_PORT and LOGCHUTE_LOG_ANALYZER_PORT. The first is the one to recommend.
[[nodiscard]] std::vector<std::string> environment_names(std::string_view key);

}  // namespace logchute::runtime
