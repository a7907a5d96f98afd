#include "github_event.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "json_view.hpp"
#include "logchute/core/time.hpp"

namespace logchute::gateway {
namespace {

constexpr std::size_t kNameBytes = 200;
constexpr std::size_t kUrlBytes = 1'000;
constexpr std::string_view kBranchPrefix = "refs/heads/";
constexpr std::string_view kTagPrefix = "refs/tags/";

/// What goes into the record beside what all events have.
struct Telling {
    std::string text;                                         ///< Of the message, behind the repository's name.
    std::string_view level = "info";
    JsonView at{};                                            ///< When it happened.
    std::vector<std::pair<std::string_view, JsonView>> values{};  ///< Fields: numbers, booleans and short texts.
};

std::string quoted(std::string_view text) {
    std::string out;
    json::append_string(out, text);
    return out;
}

std::string joined(std::string_view head, std::string_view text) {
    std::string out(head);
    if (!text.empty()) out.append(": ").append(text);
    return out;
}

std::string by(const std::string& who) { return who.empty() ? "" : " by " + who; }

JsonView first_of(const JsonView& object, std::initializer_list<std::string_view> keys) {
    for (const auto key : keys)
        if (const auto value = object[key]; value.is_there()) return value;
    return {};
}

/// How something ended, in the words of checks, workflows, statuses and deployments.
std::string_view level_of(std::string_view outcome) {
    constexpr std::array<std::string_view, 4> kFailed{"failure", "timed_out", "startup_failure", "error"};
    constexpr std::array<std::string_view, 3> kOdd{"cancelled", "action_required", "stale"};
    if (std::ranges::find(kFailed, outcome) != kFailed.end()) return "error";
    if (std::ranges::find(kOdd, outcome) != kOdd.end()) return "warn";
    return "info";
}

Telling tell_push(const JsonView& payload, const std::string& sender) {
    const auto pusher = payload["pusher"]["name"].text(kNameBytes);
    const auto& who = pusher.empty() ? sender : pusher;
    std::string ref = payload["ref"].text(kNameBytes);
    const bool is_tag = ref.starts_with(kTagPrefix);
    for (const auto prefix : {kBranchPrefix, kTagPrefix})
        if (ref.starts_with(prefix)) ref.erase(0, prefix.size());
    const auto commits = payload["commits"].size();
    std::string text = who.empty() ? "push" : who;
    if (payload["deleted"].is_true())
        text += (is_tag ? " deleted the tag " : " deleted the branch ") + ref;
    else if (is_tag)
        text += " pushed the tag " + ref;
    else
        text += (payload["forced"].is_true() ? " force-pushed " : " pushed ") + std::to_string(commits) +
                (commits == 1 ? " commit to " : " commits to ") + ref;
    const auto head = payload["head_commit"];
    return {.text = joined(text, head["message"].text()),
            .at = payload["repository"]["pushed_at"].is_there() ? payload["repository"]["pushed_at"] : head["timestamp"],
            .values = {{"ref", payload["ref"]}, {"before", payload["before"]}, {"after", payload["after"]}, {"url", payload["compare"]}}};
}

/// An issue, a pull request, a discussion: something with a number and a title.
Telling tell_thread(std::string_view what, const JsonView& thread, const std::string& action, const std::string& sender) {
    const bool is_merged = action == "closed" && thread["merged"].is_true();
    std::string head = std::string(what) + " #" + thread["number"].text(kNameBytes) + ' ' + (is_merged ? "merged" : action) + by(sender);
    return {.text = joined(head, thread["title"].text()),
            .at = first_of(thread, {"updated_at", "created_at"}),
            .values = {{"number", thread["number"]},
                       {"state", thread["state"]},
                       {"merged", thread["merged"]},
                       {"author", thread["user"]["login"]},
                       {"additions", thread["additions"]},
                       {"deletions", thread["deletions"]},
                       {"changed_files", thread["changed_files"]},
                       {"comments", thread["comments"]},
                       {"url", thread["html_url"]}}};
}

Telling tell_comment(const JsonView& payload, const std::string& action, const std::string& sender) {
    const auto thread = first_of(payload, {"issue", "pull_request", "discussion"});
    const auto comment = first_of(payload, {"comment", "review"});
    std::string head = "comment " + action + by(sender);
    if (const auto number = thread["number"].text(kNameBytes); !number.empty()) head += " on #" + number;
    const auto title = thread["title"].text();
    if (!title.empty()) head += " (" + title + ')';
    return {.text = joined(head, comment["body"].text()),
            .at = first_of(comment, {"updated_at", "submitted_at", "created_at"}),
            .values = {{"number", thread["number"]}, {"state", comment["state"]}, {"url", comment["html_url"]}}};
}

Telling tell_workflow_run(const JsonView& payload, const std::string& action) {
    const auto run = payload["workflow_run"];
    const auto conclusion = run["conclusion"].text(kNameBytes);
    std::string head = "workflow " + run["name"].text(kNameBytes) + " #" + run["run_number"].text(kNameBytes) + ' ' +
                       (conclusion.empty() ? action : conclusion);
    if (const auto branch = run["head_branch"].text(kNameBytes); !branch.empty()) head += " on " + branch;
    auto title = run["display_title"].text();
    if (title.empty()) title = run["head_commit"]["message"].text();
    return {.text = joined(head, title),
            .level = level_of(conclusion),
            .at = first_of(run, {"updated_at", "created_at"}),
            .values = {{"workflow", run["name"]},
                       {"run_number", run["run_number"]},
                       {"run_attempt", run["run_attempt"]},
                       {"status", run["status"]},
                       {"conclusion", run["conclusion"]},
                       {"branch", run["head_branch"]},
                       {"commit", run["head_sha"]},
                       {"url", run["html_url"]}}};
}

Telling tell_release(const JsonView& payload, const std::string& action, const std::string& sender) {
    const auto release = payload["release"];
    return {.text = joined("release " + release["tag_name"].text(kNameBytes) + ' ' + action + by(sender), release["name"].text()),
            .at = first_of(release, {"published_at", "created_at"}),
            .values = {{"tag_name", release["tag_name"]},
                       {"prerelease", release["prerelease"]},
                       {"draft", release["draft"]},
                       {"url", release["html_url"]}}};
}

/// Whatever else there is, now or later: most events bring an object of their own name.
Telling tell_other(std::string_view name, const JsonView& payload, const std::string& action, const std::string& sender) {
    const auto own = payload[name];
    const auto outcome = own["conclusion"].is_there()          ? own["conclusion"]
                         : first_of(own, {"state"}).is_there() ? own["state"]
                                                               : payload["state"];
    std::string head(name);
    if (!action.empty()) head += ' ' + action;
    head += by(sender);
    if (const auto ended = outcome.text(kNameBytes); !ended.empty()) head += " (" + ended + ')';
    auto text = own.any_text({"title", "name", "description", "message", "body", "note", "ref"});
    if (text.empty()) text = payload.any_text({"zen", "description", "ref"});
    return {.text = joined(head, text),
            .level = level_of(outcome.text(kNameBytes)),
            .at = first_of(own, {"updated_at", "completed_at", "created_at"}),
            .values = {{"id", own["id"]}, {"number", own["number"]}, {"outcome", outcome}, {"url", own["html_url"]}}};
}

Telling tell(std::string_view name, const JsonView& payload, const std::string& action, const std::string& sender) {
    if (name == "push") return tell_push(payload, sender);
    if (name == "pull_request") return tell_thread("pull request", payload["pull_request"], action, sender);
    if (name == "issues") return tell_thread("issue", payload["issue"], action, sender);
    if (name == "discussion") return tell_thread("discussion", payload["discussion"], action, sender);
    if (name == "issue_comment" || name == "pull_request_review" || name == "pull_request_review_comment" || name == "discussion_comment")
        return tell_comment(payload, action, sender);
    if (name == "workflow_run") return tell_workflow_run(payload, action);
    if (name == "release") return tell_release(payload, action, sender);
    return tell_other(name, payload, action, sender);
}

std::optional<Timestamp> time_of(const JsonView& value) { return parse_record_time(value.text(kNameBytes)); }

class Members {
public:
    void add(std::string_view name, std::string_view json_value) {
        out_ += out_.empty() ? "{" : ",";
        out_ += quoted(name);
        out_ += ':';
        out_ += json_value;
    }
    void add_text(std::string_view name, std::string_view text) {
        if (!text.empty()) add(name, quoted(text));
    }
    void add_value(std::string_view name, const JsonView& value) {
        if (const auto plain = value.plain())
            add(name, *plain);
        else
            add_text(name, value.text(name == "url" ? kUrlBytes : kNameBytes));
    }
    [[nodiscard]] std::string done() && { return out_.empty() ? "{}" : std::move(out_) + '}'; }

private:
    std::string out_;
};

}  // namespace

bool is_github_event(std::string_view name) noexcept {
    const auto fine = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, fine);
}

std::string github_record(const GithubEvent& event) {
    const JsonView payload(event.payload);
    const auto action = payload["action"].text(kNameBytes);
    const auto sender = payload["sender"]["login"].text(kNameBytes);
    const auto repository = payload["repository"]["full_name"].text(kNameBytes);
    const auto organization = payload["organization"]["login"].text(kNameBytes);
    auto service = payload["repository"]["name"].text(kNameBytes);
    if (service.empty()) service = organization.empty() ? "github" : organization;
    const auto& where = repository.empty() ? organization : repository;
    const Telling told = tell(event.name, payload, action, sender);

    Members tags;
    tags.add_text("event", event.name);
    tags.add_text("repository", repository);
    tags.add_text("action", action);
    Members fields;
    fields.add_text("event", event.name);
    fields.add_text("action", action);
    fields.add_text("sender", sender);
    fields.add_text("delivery", event.delivery);
    if (event.name == "push") fields.add("commits", std::to_string(payload["commits"].size()));
    for (const auto& [name, value] : told.values) fields.add_value(name, value);

    Members record;
    if (const auto at = time_of(told.at)) record.add("timestamp", quoted(format_rfc3339(*at)));
    record.add_text("level", told.level);
    record.add_text("service", service);
    record.add_text("message", where.empty() ? told.text : where + ": " + told.text);
    record.add("tags", std::move(tags).done());
    record.add("fields", std::move(fields).done());
    return std::move(record).done() + '\n';
}

}  // namespace logchute::gateway
