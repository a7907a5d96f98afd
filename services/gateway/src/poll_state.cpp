#include "poll_state.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "logchute/core/json_text.hpp"

namespace logchute::gateway {

using nlohmann::json;

void PollState::remember(std::string id) {
    if (!known_.insert(id).second) return;
    ids_.push_back(std::move(id));
    while (ids_.size() > kIdsMax) {
        known_.erase(ids_.front());
        ids_.pop_front();
    }
}

void PollState::remember_all(const PollState& other) {
    for (const std::string& id : other.ids_) remember(id);
}

std::string PollState::to_json() const {
    // What a server calls its version may be any bytes.
    const auto text = [](const std::string& raw) { return json::string_t(logchute::json::to_valid_utf8(raw)); };
    return json{{"target", target},
                {"etag", text(etag)},
                {"last_modified", text(last_modified)},
                {"next_at", format_rfc3339(next_at)},
                {"ids", ids_}}
        .dump();
}

Result<PollState> PollState::from_json(std::string_view text) {
    const auto parsed = json::parse(text, nullptr, false);
    try {
        PollState state;
        state.etag = parsed.at("etag").get<std::string>();
        state.last_modified = parsed.at("last_modified").get<std::string>();
        state.target = parsed.at("target").get<std::string>();
        state.next_at = parse_rfc3339(parsed.at("next_at").get<std::string>()).value_or(Timestamp{});
        for (const auto& id : parsed.at("ids")) state.remember(id.get<std::string>());
        return state;
    } catch (const json::exception& error) {
        return fail(Errc::failed, std::string("what is kept of a polled source cannot be read: ") + error.what());
    }
}

}  // namespace logchute::gateway
