#include "setting_table.hpp"

#include <algorithm>
#include <array>

#include "logchute/core/assert.hpp"
#include "printable.hpp"

namespace logchute::runtime {
namespace {

constexpr std::size_t kShownBytesMax = 80;

constexpr std::array<std::string_view, 8> kServices{"gateway",  "ingestion",  "log-analyzer", "metrics",
                                                    "alerting", "aggregator", "dashboard",    "noise-maker"};

std::string environment_name(std::string_view key) {
    std::string name = "LOGCHUTE_";
    for (const char c : key) name += c == '.' || c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return name;
}

std::string_view parent_of(std::string_view key) {
    const auto dot = key.rfind('.');
    return dot == std::string_view::npos ? std::string_view{} : key.substr(0, dot);
}

}  // namespace

void SettingTable::group(std::string key, std::string help) { groups_.push_back({std::move(key), std::move(help)}); }

void SettingTable::add_secret(std::string key, std::string& target, std::string help, Emptiness emptiness) {
    const bool refuses_empty = emptiness == Emptiness::refused;
    insert(
        std::move(key), std::move(help), [&target] { return to_yaml(target); },
        [&target, refuses_empty](const ConfigNode& node, bool is_secret, Faults& faults) {
            if (node.kind != ConfigNode::Kind::scalar || !AnyText{}.read(node.text, target))
                return refuse(node, "a text", is_secret, faults);
            if (refuses_empty && target.empty())
                faults.push_back({node.at, "this secret is set but empty; give it a value, or leave it out"});
        },
        true);
    settings_.back().refuses_empty = refuses_empty;
}

void SettingTable::insert(std::string key, std::string help, std::function<std::string()> yaml, Assign assign, bool is_secret) {
    LOGCHUTE_ASSERT(is_group(parent_of(key)));
    const bool is_new = by_key_.emplace(key, settings_.size()).second;
    LOGCHUTE_ASSERT(is_new);
    settings_.push_back(
        {std::move(key),
         std::move(help),
         [assign = std::move(assign), is_secret](const ConfigNode& node, Faults& faults) { assign(node, is_secret, faults); },
         std::move(yaml),
         is_secret,
         false,
         {}});
}

void SettingTable::refuse(const ConfigNode& node, const std::string& expected, bool is_secret, Faults& faults) {
    std::string text = "expected " + expected;
    if (node.kind != ConfigNode::Kind::scalar) {
        text += std::string(", got ") + describe(node.kind);
    } else if (!is_secret) {
        text += ", got '";
        append_printable(text, std::string_view(node.text).substr(0, kShownBytesMax));
        text += node.text.size() > kShownBytesMax ? "...'" : "'";
    }
    faults.push_back({node.at, std::move(text)});
}

std::vector<ConfigNode> SettingTable::list_items(const ConfigNode& node) {
    if (node.kind == ConfigNode::Kind::list) return node.children;
    if (node.kind != ConfigNode::Kind::scalar) return {node};  // which the rule then refuses
    std::vector<ConfigNode> items;
    std::string_view rest = node.text;
    while (true) {
        const auto comma = rest.find(',');
        std::string_view item = rest.substr(0, comma);
        while (item.starts_with(' ')) item.remove_prefix(1);
        while (item.ends_with(' ')) item.remove_suffix(1);
        ConfigNode& child = items.emplace_back();
        child.kind = ConfigNode::Kind::scalar;
        child.at = node.at;
        child.text = item;
        if (comma == std::string_view::npos) return items;
        rest.remove_prefix(comma + 1);
    }
}

Setting* SettingTable::find(std::string_view key) {
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : &settings_[found->second];
}

bool SettingTable::is_group(std::string_view key) const {
    return std::any_of(groups_.begin(), groups_.end(), [&](const Group& group) { return group.key == key; });
}

std::vector<std::string> SettingTable::names_in(std::string_view group) const {
    std::vector<std::string> names;
    const auto take = [&](std::string_view key) {
        if (key != group && parent_of(key) == group) names.emplace_back(group.empty() ? key : key.substr(group.size() + 1));
    };
    for (const Setting& setting : settings_) take(setting.key);
    for (const Group& each : groups_) take(each.key);
    return names;
}

std::span<const std::string_view> service_names() noexcept { return kServices; }

std::string_view section_of(std::string_view service) noexcept {
    if (service == "log-analyzer") return "analyzer";
    if (service == "noise-maker") return "noise";
    return std::find(kServices.begin(), kServices.end(), service) == kServices.end() ? std::string_view{} : service;
}

std::vector<std::string> environment_names(std::string_view key) {
    std::vector<std::string> names{environment_name(key)};
    const std::string_view section = key.substr(0, key.find('.'));
    for (const std::string_view service : kServices)
        if (section_of(service) == section && service != section)
            names.push_back(environment_name(std::string(service).append(key.substr(section.size()))));
    return names;
}

}  // namespace logchute::runtime
