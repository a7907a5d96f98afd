// gateway.poll: a list of groups.
#pragma once

#include <string>
#include <vector>

#include "setting_table.hpp"

namespace logchute::runtime {

inline constexpr std::size_t kPollSourcesMax = 100;

/// A list of groups `{name, url, interval, timeout, items, id, time, message, headers: {name: value}}`; name and url are needed. What is wrong is
/// told at its own place. Values of headers are never repeated.
void bind_poll(SettingTable& table, const std::string& key, std::vector<PollSource>& target);

}  // namespace logchute::runtime
