#include "poller.hpp"

#include <algorithm>
#include <stop_token>
#include <utility>

#include "logchute/runtime/logging.hpp"
#include "poll_items.hpp"
#include "sha256.hpp"

namespace logchute::gateway {
namespace {

// Together they bound the memory of all answers that are under way.
constexpr std::size_t kUnderWayMax = 8;
constexpr std::size_t kAnswerBytesMax = 8U << 20;

std::string key_of(const runtime::PollSource& source) { return "poll." + source.name; }

std::string target_of(const runtime::PollSource& source) {
    Sha256 hash;
    hash.add(source.url).add(source.items).add(format_duration(source.interval));
    return hash.hex(8);
}

bool is_html(const FetchResult& result) { return result.header("content-type").starts_with("text/html"); }

}  // namespace

Poller::Poller(const std::vector<runtime::PollSource>& sources, bus::KeyValue& state, Intake& intake, const Admission& admission,
               runtime::Metrics& metrics)
    : state_(state), intake_(intake), admission_(admission) {
    for (std::size_t i = 0; i < kPollErrors; ++i)
        errors_[i] = metrics.counter("gateway_poll_errors_total", "Polls that brought nothing, by reason.",
                                     {{"reason", std::string(to_string(static_cast<PollError>(i)))}});
    const auto items = [&](std::string_view outcome) {
        return metrics.counter("gateway_poll_items_total", "Items of polled sources: new, known by their id, or odd, which are no objects.",
                               {{"outcome", std::string(outcome)}});
    };
    polls_total_ = metrics.counter("gateway_polls_total", "Answers of polled sources, and failures to get one.");
    new_items_ = items("new");
    known_items_ = items("known");
    odd_items_ = items("odd");
    for (const auto& source : sources) sources_.push_back({.settings = source, .target = target_of(source)});
    if (!sources_.empty()) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Poller::~Poller() = default;

void Poller::run(const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] { fetcher_.wake(); });
    while (!stop.stop_requested()) {
        auto next = SteadyClock::now() + std::chrono::seconds(30);
        auto under_way = static_cast<std::size_t>(std::ranges::count(sources_, true, &Source::is_under_way));
        for (std::size_t i = 0; i < sources_.size() && under_way < kUnderWayMax; ++i) {
            Source& source = sources_[i];
            if (source.is_under_way) continue;
            if (source.next <= SteadyClock::now()) begin(i);
            if (source.is_under_way)
                ++under_way;
            else
                next = std::min(next, source.next);
        }
        const auto patience = std::chrono::ceil<std::chrono::milliseconds>(next - SteadyClock::now());
        for (FetchResult& result : fetcher_.wait(std::max(patience, std::chrono::milliseconds(0))))
            finish(sources_[result.token], std::move(result), stop);
    }
}

void Poller::begin(std::size_t index) {
    Source& source = sources_[index];
    if (const auto kept = state_.get(key_of(source.settings)); kept) {
        // What cannot be read is begun anew; the stream still knows the newest items.
        // And what we know ourselves may be more, where it could not be kept.
        if (auto state = PollState::from_json(kept->value)) {
            state->remember_all(source.state);
            source.state = *std::move(state);
        }
    } else if (kept.error().code != Errc::not_found) {
        return wait_longer(source, {PollError::bus, kept.error().detail}, {});
    }
    if (source.state.target != source.target) {
        source.state.target = source.target;
        source.state.etag.clear();
        source.state.last_modified.clear();
        source.state.next_at = {};
    }
    // Not beyond what we would have set ourselves: clocks differ.
    const auto wait = source.state.next_at - now();
    if (wait > nanoseconds{0} && wait <= kPollWaitMax + kPollWaitMax / 2) {
        source.next = SteadyClock::now() + wait;
        return;
    }
    FetchRequest request{.url = source.settings.url,
                         .headers = source.settings.headers,
                         .timeout = std::chrono::ceil<std::chrono::milliseconds>(source.settings.timeout),
                         .body_bytes_max = kAnswerBytesMax};
    request.headers.emplace_back("Accept", "application/json");
    if (!source.state.etag.empty()) request.headers.emplace_back("If-None-Match", source.state.etag);
    if (!source.state.last_modified.empty()) request.headers.emplace_back("If-Modified-Since", source.state.last_modified);
    source.is_under_way = true;
    fetcher_.start(index, request);
}

void Poller::finish(Source& source, FetchResult result, const std::stop_token& stop) {
    source.is_under_way = false;
    polls_total_.add();
    if (auto taken = take(source, result, stop); !taken) return wait_longer(source, taken.error(), result);
    source.failures = 0;
    const auto wait = next_wait(source.settings.interval, result, 0, now(), 0);
    source.next = SteadyClock::now() + wait;
    source.state.next_at = now() + wait;
    if (auto kept = state_.put(key_of(source.settings), source.state.to_json()); !kept)
        runtime::log_warn("what is known of a polled source could not be kept; what is polled next may be known to the stream alone",
                          {{"source", source.settings.name}, {"cause", kept.error().detail}});
}

std::expected<void, Poller::Failure> Poller::take(Source& source, FetchResult& result, const std::stop_token& stop) {
    if (const auto error = error_of(result)) {
        std::string detail = result.failure != FetchFailure::none ? result.detail : "the server answered " + std::to_string(result.status);
        return std::unexpected(Failure{*error, std::move(detail)});
    }
    if (result.status == 304) return {};
    if (is_html(result))
        return std::unexpected(Failure{PollError::invalid, "the server answered a page of HTML, not JSON; is the URL right?"});
    if (auto stored = store(source, std::move(result.body), stop); !stored) return stored;
    // Only now: what was not stored must come again.
    source.state.etag = result.header("etag");
    source.state.last_modified = result.header("last-modified");
    return {};
}

std::expected<void, Poller::Failure> Poller::store(Source& source, std::string document, const std::stop_token& stop) {
    auto found = poll_items(source.settings, std::move(document));
    if (!found) return std::unexpected(Failure{PollError::invalid, found.error().detail});
    odd_items_.add(static_cast<double>(found->odd));
    // More than can be remembered would push each other out, and come again with every poll.
    if (found->items.size() > PollState::kIdsMax)
        return std::unexpected(Failure{PollError::too_large, "the answer has " + std::to_string(found->items.size()) + " items; " +
                                                                 std::to_string(PollState::kIdsMax) +
                                                                 " are the most. Ask for fewer at a time"});
    const Origin origin{.source = source.settings.name, .format = Format::json, .service = source.settings.name};
    for (PollItem& item : found->items) {
        if (source.state.knows(item.id)) {
            known_items_.add();
            continue;
        }
        if (stop.stop_requested()) return std::unexpected(Failure{PollError::bus, "the gateway is being stopped"});
        if (auto open = admission_.check(); !open) return std::unexpected(Failure{PollError::bus, open.error().detail});
        const auto ack = intake_.take_once(origin, item.line, "poll-" + source.settings.name + '-' + item.id);
        if (!ack) return std::unexpected(Failure{PollError::bus, ack.error().detail});
        (ack->duplicate ? known_items_ : new_items_).add();
        source.state.remember(std::move(item.id));
    }
    return {};
}

void Poller::wait_longer(Source& source, const Failure& failure, const FetchResult& result) {
    errors_[static_cast<std::size_t>(failure.reason)].add();
    ++source.failures;
    const auto wait = next_wait(source.settings.interval, result, source.failures, now(), chance());
    runtime::log_warn("a poll brought nothing", {{"source", source.settings.name},
                                                 {"reason", to_string(failure.reason)},
                                                 {"cause", failure.detail},
                                                 {"failures", source.failures},
                                                 {"again_in", format_duration(std::chrono::ceil<std::chrono::seconds>(wait))}});
    source.next = SteadyClock::now() + wait;
    source.state.next_at = now() + wait;
    // Also that the server asked to be left alone outlives a restart.
    if (failure.reason != PollError::bus) (void)state_.put(key_of(source.settings), source.state.to_json());
}

double Poller::chance() { return std::uniform_real_distribution<double>(0, 1)(random_); }

}  // namespace logchute::gateway
