#include "upload_registry.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <random>
#include <utility>

#include <nlohmann/json.hpp>

#include "logchute/core/json_text.hpp"
#include "logchute/runtime/logging.hpp"
#include "sha256.hpp"

namespace logchute::gateway {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr std::string_view kKeyPrefix = "upload.";
// The id of the upload that a request began, by the hash of its identity.
constexpr std::string_view kRequestPrefix = "upload-request.";
// Two that send the same at once meet here; a third time means that something else is wrong.
constexpr int kClaimAttempts = 3;
// Finding the oldest means listing all, so it is not done for every new one.
constexpr std::size_t kForgetEvery = 200;
constexpr std::size_t kAskTogetherFrom = 8;
constexpr auto kFollowEvery = 100ms;
constexpr auto kFollowFor = 15min;
// A gateway says that it is still receiving every second; one that has said nothing for so long is gone.
constexpr auto kReceivingSilence = 30s;

constexpr std::array kStates{UploadState::receiving, UploadState::processing, UploadState::searchable, UploadState::incomplete};

std::string hex(std::uint64_t number, std::size_t digits) {
    std::string text(digits, '0');
    for (std::size_t i = digits; i-- > 0; number >>= 4) text[i] = "0123456789abcdef"[number & 15];
    return text;
}

/// Milliseconds, then chance: unique, and in the order of time.
std::string new_id(Timestamp at) {
    static thread_local std::random_device device;
    const auto chance = (std::uint64_t{device()} << 32) | device();
    return hex(static_cast<std::uint64_t>(to_nanos(at) / 1'000'000), 12) + hex(chance, 16);
}

bool is_id(std::string_view text) {
    return text.size() == 28 && std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// When an upload was begun, by its id.
Timestamp begun_at(std::string_view id) {
    std::int64_t milliseconds = 0;
    std::from_chars(id.data(), id.data() + 12, milliseconds, 16);
    return from_nanos(milliseconds * 1'000'000);
}

bool is_recent(std::string_view id) { return is_id(id) && now() - begun_at(id) < kSentAgainWithin; }

std::string tally_of(std::string_view id) { return "upload/" + std::string(id); }

std::string key_of(std::string_view id) { return std::string(kKeyPrefix) + std::string(id); }

bool is_over(const Upload& upload) { return upload.state == UploadState::searchable || upload.state == UploadState::incomplete; }

}  // namespace

std::string_view to_string(UploadState state) noexcept {
    switch (state) {
        case UploadState::receiving: return "receiving";
        case UploadState::processing: return "processing";
        case UploadState::searchable: return "searchable";
        case UploadState::incomplete: return "incomplete";
    }
    return "incomplete";
}

std::string to_json(const Upload& upload) {
    const auto time = [](const std::optional<Timestamp>& at) { return at ? json(format_rfc3339(*at)) : json(); };
    return json{{"id", upload.id},
                {"file", json::string_t(logchute::json::to_valid_utf8(upload.file))},
                {"state", to_string(upload.state)},
                {"bytes", upload.bytes},
                {"lines", upload.lines},
                {"records", upload.records},
                {"stored", upload.stored},
                {"dead_lettered", upload.dead_lettered},
                {"attempt", upload.attempt},
                {"started_at", time(upload.started_at)},
                {"updated_at", time(upload.updated_at)},
                {"finished_at", time(upload.finished_at)}}
        .dump();
}

Result<Upload> upload_from_json(std::string_view text) {
    const auto parsed = json::parse(text, nullptr, false);
    try {
        Upload upload;
        upload.id = parsed.at("id").get<std::string>();
        upload.file = parsed.at("file").get<std::string>();
        const auto state = parsed.at("state").get<std::string>();
        const auto known = std::ranges::find_if(kStates, [&](UploadState it) { return to_string(it) == state; });
        if (known == kStates.end()) return fail(Errc::failed, "an upload's entry has the unknown state '" + state + "'");
        upload.state = *known;
        upload.bytes = parsed.at("bytes").get<std::uint64_t>();
        upload.lines = parsed.at("lines").get<std::uint64_t>();
        upload.records = parsed.at("records").get<std::uint64_t>();
        upload.stored = parsed.at("stored").get<std::uint64_t>();
        upload.dead_lettered = parsed.at("dead_lettered").get<std::uint64_t>();
        upload.attempt = parsed.value("attempt", std::uint64_t{1});
        upload.started_at = parse_rfc3339(parsed.at("started_at").get<std::string>()).value_or(Timestamp{});
        upload.updated_at = parse_rfc3339(parsed.at("updated_at").get<std::string>()).value_or(Timestamp{});
        if (const auto& at = parsed.at("finished_at"); at.is_string()) upload.finished_at = parse_rfc3339(at.get<std::string>());
        return upload;
    } catch (const json::exception& error) {
        return fail(Errc::failed, std::string("an upload's entry cannot be read: ") + error.what());
    }
}

UploadRegistry::UploadRegistry(bus::KeyValue& state, store::LogReader& reader)
    : state_(state), reader_(reader), follower_([this](const std::stop_token& stop) { follow(stop); }) {}

UploadRegistry::~UploadRegistry() {
    follower_.request_stop();
    changed_.notify_all();
}

Result<Upload> UploadRegistry::begin(std::string file, std::string_view identity) {
    if (identity.empty()) return begin_new(std::move(file));
    const std::string slot = std::string(kRequestPrefix) + Sha256().add(identity).add(file).hex();
    for (int attempt = 0; attempt < kClaimAttempts; ++attempt) {
        const auto known = state_.get(slot);
        if (!known && known.error().code != Errc::not_found) return std::unexpected(known.error());
        if (known && is_recent(known->value)) {
            auto again = begin_again(known->value);
            if (again || again.error().code != Errc::not_found) return again;
        }
        auto begun = begin_new(file);
        if (!begun) return begun;
        const auto claimed = known ? state_.update(slot, begun->id, known->revision) : state_.create(slot, begun->id);
        if (claimed) return begun;
        (void)state_.remove(key_of(begun->id));
        if (claimed.error().code != Errc::conflict) return std::unexpected(claimed.error());
    }
    return fail(Errc::unavailable, "the same upload is being begun elsewhere; send it again in a moment");
}

Result<Upload> UploadRegistry::begin_again(std::string_view id) {
    const auto entry = state_.get(key_of(id));
    if (!entry) return std::unexpected(entry.error());
    auto upload = upload_from_json(entry->value);
    if (!upload) return upload;
    ++upload->attempt;
    upload->updated_at = now();
    if (!is_whole(upload->state)) {
        upload->state = UploadState::receiving;
        upload->finished_at.reset();
    }
    if (auto done = put(*upload); !done) return std::unexpected(done.error());
    return upload;
}

Result<Upload> UploadRegistry::begin_new(std::string file) {
    Upload upload;
    upload.started_at = upload.updated_at = now();
    upload.id = new_id(upload.started_at);
    upload.file = std::move(file);
    if (auto done = put(upload); !done) return std::unexpected(done.error());
    const std::lock_guard lock(mutex_);
    if (++begun_ >= kForgetEvery) changed_.notify_all();
    return upload;
}

Result<void> UploadRegistry::put(const Upload& upload) {
    if (auto done = state_.put(key_of(upload.id), to_json(upload)); !done) return std::unexpected(done.error());
    return {};
}

Result<void> UploadRegistry::save(Upload upload) {
    upload.updated_at = now();
    auto done = put(upload);
    if (upload.state == UploadState::processing) {
        const std::lock_guard lock(mutex_);
        processing_.insert_or_assign(upload.id, std::move(upload));
        changed_.notify_all();
    }
    return done;
}

Result<void> UploadRegistry::break_off(Upload upload) {
    const auto entry = state_.get(key_of(upload.id));
    if (!entry) return std::unexpected(entry.error());
    if (const auto kept = upload_from_json(entry->value); kept && kept->attempt != upload.attempt) return {};
    upload.state = UploadState::incomplete;
    upload.finished_at = upload.updated_at = now();
    const auto done = state_.update(key_of(upload.id), to_json(upload), entry->revision);
    if (!done && done.error().code != Errc::conflict) return std::unexpected(done.error());
    return {};
}

Result<Upload> UploadRegistry::find(std::string_view id) {
    if (!is_id(id)) return fail(Errc::not_found, "there is no upload of this id; GET /api/v1/uploads lists them");
    auto entry = state_.get(key_of(id));
    if (!entry) {
        if (entry.error().code == Errc::not_found)
            return fail(Errc::not_found, "there is no upload of this id; GET /api/v1/uploads lists them");
        return std::unexpected(std::move(entry).error());
    }
    auto upload = upload_from_json(entry->value);
    if (upload) refresh(*upload);
    return upload;
}

Result<std::vector<Upload>> UploadRegistry::list(std::size_t limit) {
    auto keys = state_.keys(kKeyPrefix);
    if (!keys) return std::unexpected(keys.error());
    std::ranges::sort(*keys, std::greater{});
    std::vector<Upload> uploads;
    for (const std::string& key : *keys) {
        if (uploads.size() == limit) break;
        auto upload = find(std::string_view(key).substr(kKeyPrefix.size()));
        if (upload)
            uploads.push_back(std::move(*upload));
        else if (upload.error().code != Errc::not_found)  // deleted meanwhile
            return std::unexpected(upload.error());
    }
    return uploads;
}

void UploadRegistry::refresh(Upload& upload) {
    if (upload.state == UploadState::searchable) return;
    refresh(upload, reader_.tallies(tally_of(upload.id)).value_or(store::Tallies{}));
}

void UploadRegistry::refresh(Upload& upload, const store::Tallies& tallies) {
    if (const auto found = tallies.find(tally_of(upload.id)); found != tallies.end()) {
        upload.stored = found->second.stored;
        upload.dead_lettered = found->second.dead_lettered;
    }
    if (upload.state == UploadState::processing && upload.stored + upload.dead_lettered >= upload.records) {
        upload.state = UploadState::searchable;
        upload.finished_at = now();
        (void)put(upload);  // if that fails, whoever asks next finds out anew
    }
    if (upload.state == UploadState::receiving && now() - upload.updated_at > kReceivingSilence) upload.state = UploadState::incomplete;
}

std::vector<std::string> UploadRegistry::refresh_all(const std::map<std::string, Upload, std::less<>>& uploads,
                                                     const std::stop_token& stop) {
    // Of many, which one form has brought, the store is asked once: ids of about the same time begin alike.
    std::optional<store::Tallies> tallies;
    if (uploads.size() >= kAskTogetherFrom) {
        const std::string first = tally_of(uploads.begin()->first);
        const std::string last = tally_of(uploads.rbegin()->first);
        auto found = reader_.tallies(std::string_view(first.begin(), std::ranges::mismatch(first, last).in1));
        tallies = std::move(found).value_or(store::Tallies{});
    }
    std::vector<std::string> over;
    for (const auto& [id, known] : uploads) {
        if (stop.stop_requested()) break;
        Upload upload = known;
        if (tallies)
            refresh(upload, *tallies);
        else
            refresh(upload);
        // One that gets nowhere is left to whoever asks for it: its state is found out anew then.
        if (is_over(upload) || now() - known.updated_at > kFollowFor) over.push_back(id);
    }
    return over;
}

void UploadRegistry::forget_old_ones(const std::stop_token& stop) {
    const auto keys = state_.keys(kKeyPrefix);
    if (!keys) return;
    auto sorted = *keys;
    std::ranges::sort(sorted);
    for (std::size_t i = 0; i + kUploadsKept < sorted.size() && !stop.stop_requested(); ++i) (void)state_.remove(sorted[i]);
    const auto requests = state_.keys(kRequestPrefix);
    if (!requests) return;
    for (const std::string& key : *requests) {
        if (stop.stop_requested()) return;
        if (const auto id = state_.get(key); id && !is_recent(id->value)) (void)state_.remove(key);
    }
}

void UploadRegistry::follow(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        changed_.wait(lock, stop, [this] { return !processing_.empty() || begun_ >= kForgetEvery; });
        const auto open = processing_;
        const bool forgets = begun_ >= kForgetEvery;
        if (forgets) begun_ = 0;
        lock.unlock();
        const auto over = refresh_all(open, stop);
        if (forgets) forget_old_ones(stop);
        lock.lock();
        for (const auto& id : over) processing_.erase(id);
        // The store has no way to call us, so it is asked; ten times a second is cheap beside what an upload costs.
        changed_.wait_for(lock, stop, kFollowEvery, [] { return false; });
    }
}

}  // namespace logchute::gateway
