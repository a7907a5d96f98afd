#include "live_hub.hpp"

#include <algorithm>
#include <utility>

#include "logchute/runtime/logging.hpp"

namespace logchute::dashboard {
namespace {

using namespace std::chrono_literals;

// Long enough that a subscriber who has caught up with the stream finds the hub's last messages here, however fast they come.
constexpr std::size_t kRecentMax = 256;
constexpr std::size_t kRecentBytesMax = 8U << 20;
// So few may be offered while everybody else waits.
constexpr std::size_t kOfferedLockedMax = 4;
// Bounds how late the hub notices that nobody follows any more, and its stop; messages come at once.
constexpr auto kWait = 500ms;
constexpr auto kRetryAfter = 200ms;

bool is_past(const Position& after, const LiveMessage& message, std::uint32_t ordinal) noexcept {
    return after.epoch == message.epoch && after.covers(message.sequence, ordinal);
}

}  // namespace

LiveHub::LiveHub(LiveKind kind, LiveSource& source, std::shared_ptr<http::EventBudget> budget)
    : kind_(kind), source_(source), budget_(std::move(budget)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

LiveHub::~LiveHub() = default;

LiveHub::Join LiveHub::join(const LiveSubscriberPtr& subscriber, Position& after, bool is_at_end) {
    const std::lock_guard lock(mutex_);
    if (!is_reading_) {
        if (!is_at_end) return {};
        at_ = {after.epoch, after.next() - 1, Position::kWhole};
        recent_from_ = after.next();
        is_reading_ = true;
        changed_.notify_all();
    } else if (after.epoch != at_.epoch) {
        if (!is_at_end) return {};  // else the hub will come upon that stream's first message soon
    } else if (after.next() <= at_.sequence) {
        if (after.next() < recent_from_) return {};
        Join between;
        std::ranges::copy_if(recent_, std::back_inserter(between.between), [&](const auto& it) { return it->sequence >= after.next(); });
        if (between.between.size() > kOfferedLockedMax) return between;
        for (const auto& message : between.between)
            if (!offer(*message, *subscriber, after)) return between;
    }
    sit_locked(subscriber, after);
    return {.joined = true, .between = {}};
}

std::optional<Position> LiveHub::position() const {
    const std::lock_guard lock(mutex_);
    return is_reading_ ? std::optional(at_) : std::nullopt;
}

bool LiveHub::offer(const LiveMessage& message, LiveSubscriber& subscriber, Position& after) {
    if (source_.is_gapless() && after.epoch == message.epoch && message.sequence > after.sequence + 1) {
        const std::uint64_t lost = message.sequence - after.sequence - 1;
        after = {message.epoch, message.sequence - 1, Position::kWhole};
        subscriber.push_lost(kind_, after, lost, *budget_);
    }
    const auto push = [&](std::uint32_t ordinal, const LogRecord* record) {
        if (is_past(after, message, ordinal)) return true;
        if (record != nullptr && !subscriber.matcher().matches(row_of(message, *record))) return true;
        if (!subscriber.queue().has_room()) return false;
        after = {message.epoch, message.sequence, ordinal};
        subscriber.push(kind_, after, render(message, record));
        return true;
    };
    if (!message.document.empty() && !push(0, nullptr)) return false;
    for (const LogRecord& record : message.parsed.records)
        if (!push(record.ordinal, &record)) return false;
    after = {message.epoch, message.sequence, Position::kWhole};
    return true;
}

void LiveHub::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, stop, [this] { return is_reading_; });
        }
        try {
            if (!stop.stop_requested()) follow(stop);
        } catch (const std::exception& error) {
            runtime::log_error("the live stream begins anew after an error", {{"kind", to_string(kind_)}, {"error", error.what()}});
        }
    }
}

void LiveHub::follow(const std::stop_token& stop) {
    const Position from = position().value_or(Position{});
    const auto reader = source_.read(from.epoch, from.sequence + 1);
    while (!stop.stop_requested()) {
        const auto messages = reader->fetch(kWait);
        if (messages) {
            for (const LiveMessagePtr& message : *messages) deliver(message);
        }
        std::unique_lock lock(mutex_);
        forget_gone_locked();
        if (groups_.empty()) {
            is_reading_ = false;
            recent_.clear();
            recent_bytes_ = 0;
            return;
        }
        if (!messages) changed_.wait_for(lock, stop, kRetryAfter, [] { return false; });
    }
}

void LiveHub::deliver(const LiveMessagePtr& message) {
    const std::lock_guard lock(mutex_);
    if (message->epoch != at_.epoch) {
        recent_.clear();
        recent_bytes_ = 0;
        recent_from_ = message->sequence;
    } else {
        if (message->sequence <= at_.sequence) return;
        tell_gap_locked(*message);
    }
    deliver_locked(*message);
    at_ = {message->epoch, message->sequence, Position::kWhole};
    keep_locked(message);
}

void LiveHub::deliver_locked(const LiveMessage& message) {
    const auto push_all = [&](const Group& group, std::uint32_t ordinal, const http::EventText& text) {
        for (const Seat& seat : group)
            if (!is_past(seat.after, message, ordinal)) seat.subscriber->push(kind_, {message.epoch, message.sequence, ordinal}, text);
    };
    if (!message.document.empty()) {
        const auto text = render(message, nullptr);
        for (const auto& [search, group] : groups_) push_all(group, 0, text);
    }
    for (const LogRecord& record : message.parsed.records) {
        const search::Row row = row_of(message, record);
        http::EventText text;
        for (const auto& [search, group] : groups_) {
            if (!group.front().subscriber->matcher().matches(row)) continue;
            if (!text) text = render(message, &record);
            push_all(group, record.ordinal, text);
        }
    }
}

// Only after a long time without the bus: the stream has dropped its oldest messages before they were read.
void LiveHub::tell_gap_locked(const LiveMessage& message) {
    if (!source_.is_gapless() || message.sequence == at_.sequence + 1) return;
    const Position before{message.epoch, message.sequence - 1, Position::kWhole};
    for (const auto& [search, group] : groups_) {
        for (const Seat& seat : group) {
            const std::uint64_t from = std::max(at_.sequence, seat.after.epoch == message.epoch ? seat.after.sequence : 0) + 1;
            if (from < message.sequence) seat.subscriber->push_lost(kind_, before, message.sequence - from, *budget_);
        }
    }
}

void LiveHub::keep_locked(const LiveMessagePtr& message) {
    recent_.push_back(message);
    recent_bytes_ += message->bytes;
    while (!recent_.empty() && (recent_.size() > kRecentMax || recent_bytes_ > kRecentBytesMax)) {
        recent_from_ = recent_.front()->sequence + 1;
        recent_bytes_ -= recent_.front()->bytes;
        recent_.pop_front();
    }
}

void LiveHub::sit_locked(const LiveSubscriberPtr& subscriber, const Position& after) {
    groups_[subscriber->search()].push_back({subscriber, after});
}

void LiveHub::forget_gone_locked() {
    for (auto& [search, group] : groups_) std::erase_if(group, [](const Seat& seat) { return seat.subscriber->is_gone(); });
    std::erase_if(groups_, [](const auto& it) { return it.second.empty(); });
}

http::EventText LiveHub::render(const LiveMessage& message, const LogRecord* record) {
    return budget_->text(to_string(kind_), record == nullptr ? message.document : source_.json(message, *record));
}

}  // namespace logchute::dashboard
