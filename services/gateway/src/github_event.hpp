// What GitHub tells, as a record that people can read.
#pragma once

#include <string>
#include <string_view>

namespace logchute::gateway {

/// One delivery of a webhook.
struct GithubEvent {
    std::string_view name;      ///< X-GitHub-Event: push, pull_request, ...
    std::string_view delivery;  ///< X-GitHub-Delivery.
    std::string_view payload;   ///< An object that json_records() has said yes to.
};

/// Letters, digits and '_', up to 64: what an event may be called.
[[nodiscard]] bool is_github_event(std::string_view name) noexcept;

/// One line of JSON, with its line end: `message` holds the repository's full name and the title or commit text, `service` is the repository,
/// `level` is error for what has failed; event, repository and action are tags, sender and numbers fields. At most some kilobytes, whatever
/// the payload; of any shape there is a record.
[[nodiscard]] std::string github_record(const GithubEvent& event);

}  // namespace logchute::gateway
