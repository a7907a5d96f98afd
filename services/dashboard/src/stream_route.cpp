#include "stream_route.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "scope_parameters.hpp"

namespace logchute::dashboard {
namespace {

/// `log,upload` as kinds, each once.
std::vector<LiveKind> kinds_of(http::Parameters& parameters) {
    std::vector<LiveKind> kinds;
    const std::string text = parameters.text("events", to_string(LiveKind::log));
    std::string_view rest = text;
    while (true) {
        const auto comma = rest.find(',');
        const auto name = rest.substr(0, comma);
        const auto known = std::ranges::find_if(kAllLiveKinds, [&](LiveKind kind) { return to_string(kind) == name; });
        if (known == kAllLiveKinds.end())
            parameters.reject("events", "events is a list of log, upload and alert, separated by commas");
        else if (std::ranges::find(kinds, *known) == kinds.end())
            kinds.push_back(*known);
        if (comma == std::string_view::npos) return kinds;
        rest.remove_prefix(comma + 1);
    }
}

/// The header goes first: a browser that reconnects sends the newest there, and the old address.
LiveCursor cursor_of(const http::Request& request, http::Parameters& parameters) {
    const std::string parameter = parameters.text("last_event_id");
    const std::string_view header = request.header("Last-Event-ID");
    const std::string_view text = header.empty() ? std::string_view(parameter) : header;
    if (text.empty()) return {};
    auto cursor = parse_live_cursor(text);
    if (!cursor)
        parameters.reject(
            "last_event_id",
            "last_event_id, or the header Last-Event-ID, is the id of an event of /stream; leave it out to begin with what is new");
    return cursor.value_or(LiveCursor{});
}

/// Where to begin in one stream, and how many messages between there and the position given are gone, if that is worth a word.
struct Start {
    Position after;
    std::optional<std::uint64_t> lost;
};

Start start_of(const StreamState& state, const std::optional<Position>& given, bool is_gapless) {
    const Position end{state.epoch, state.last, Position::kWhole};
    const Position begin{state.epoch, state.first - 1, Position::kWhole};
    if (!given) return {end, {}};
    if (given->epoch != state.epoch) return {begin, is_gapless ? std::optional<std::uint64_t>(0) : std::nullopt};
    if (given->sequence > state.last) return {end, {}};
    // A message that the reader was in the middle of and that is gone is not counted: it may have been the last record of it.
    if (!is_gapless || given->sequence + 1 >= state.first) return {*given, {}};
    return {begin, state.first - given->sequence - 1};
}

}  // namespace

StreamRoute::StreamRoute(LiveSources sources, runtime::Metrics& metrics)
    : budget_(std::make_shared<http::EventBudget>(kLiveBytesMax)),
      subscribers_(metrics.gauge("dashboard_stream_subscribers", "Readers of /stream.")),
      sent_(metrics.counter("dashboard_stream_events_sent_total", "Events handed to readers of /stream.")),
      missed_(metrics.counter("dashboard_stream_events_missed_total", "Events that readers of /stream were too slow for.")),
      memory_metric_(
          metrics.collect(runtime::Metrics::Kind::gauge, "dashboard_stream_queue_bytes", "Memory of events that wait for readers.",
                          [budget = budget_] { return std::vector<runtime::Sample>{{{}, static_cast<double>(budget->bytes())}}; })),
      hubs_{LiveHub(LiveKind::log, sources.logs, budget_), LiveHub(LiveKind::upload, sources.uploads, budget_),
            LiveHub(LiveKind::alert, sources.alerts, budget_)} {}

void StreamRoute::add_to(http::Router& router) {
    router.get("/stream", [this](http::Request& request) { return answer(request); });
}

http::Response StreamRoute::answer(const http::Request& request) {
    http::Parameters parameters(request);
    auto query = search::parse_query(parameters.text("q"));
    const auto kinds = kinds_of(parameters);
    const LiveCursor given = cursor_of(request, parameters);
    if (auto problem = parameters.finish()) return http::Response::problem(std::move(*problem));
    if (!query) return http::Response::problem(query_problem("q", std::move(query).error()));
    return subscribe(*query, kinds, given);
}

http::Response StreamRoute::subscribe(const search::Query& query, const std::vector<LiveKind>& kinds, const LiveCursor& given) {
    LiveCursor start;
    std::array<std::optional<std::uint64_t>, kLiveKinds> lost;
    for (const LiveKind kind : kinds) {
        LiveSource& source = hubs_[static_cast<std::size_t>(kind)].source();
        const auto state = source.state();
        if (!state)
            return http::Response::problem(
                {.status = 503, .detail = "the stream cannot be followed now (" + state.error().detail + "); try again in a moment"});
        const Start begin = start_of(*state, given[kind], source.is_gapless());
        start[kind] = begin.after;
        lost[static_cast<std::size_t>(kind)] = begin.lost;
    }
    const std::string search = search::to_text(query.root());
    auto queue = std::make_shared<http::EventQueue>(http::EventQueueOptions{.budget = budget_, .sent = sent_, .missed = missed_});
    auto response = http::Response::events(http::EventQueue::stream(queue));
    const auto subscriber = std::make_shared<LiveSubscriber>(search, matcher_of(search, query), start, std::move(queue), subscribers_);
    for (const LiveKind kind : kinds) {
        LiveHub& hub = hubs_[static_cast<std::size_t>(kind)];
        Position after = *start[kind];
        if (const auto& count = lost[static_cast<std::size_t>(kind)]) subscriber->push_lost(kind, after, *count, *budget_);
        // Whoever only wants what is new joins at once; the others go through what they have missed first.
        const bool is_at_end = !given[kind];
        if (!is_at_end || !hub.join(subscriber, after, true).joined) catch_up_.add(hub, subscriber, after);
    }
    return response;
}

std::shared_ptr<const search::Matcher> StreamRoute::matcher_of(const std::string& search, const search::Query& query) {
    const std::lock_guard lock(mutex_);
    auto& known = matchers_[search];
    if (auto matcher = known.lock()) return matcher;
    auto matcher = std::make_shared<const search::Matcher>(query);
    known = matcher;
    std::erase_if(matchers_, [](const auto& it) { return it.second.expired(); });
    return matcher;
}

}  // namespace logchute::dashboard
