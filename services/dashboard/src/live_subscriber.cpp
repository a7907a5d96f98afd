#include "live_subscriber.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace logchute::dashboard {

LiveSubscriber::LiveSubscriber(std::string search, std::shared_ptr<const search::Matcher> matcher, LiveCursor start,
                               std::shared_ptr<http::EventQueue> queue, runtime::Gauge subscribers)
    : search_(std::move(search)), matcher_(std::move(matcher)), queue_(std::move(queue)), subscribers_(subscribers), cursor_(start) {
    subscribers_.add(1);
}

LiveSubscriber::~LiveSubscriber() { subscribers_.add(-1); }

void LiveSubscriber::push(LiveKind kind, const Position& at, http::EventText text) {
    // Of an upload only the newest state matters, and a newer one is what pushes the older out.
    push(kind, at, std::move(text), kind == LiveKind::upload ? 0 : 1);
}

void LiveSubscriber::push_lost(LiveKind kind, const Position& at, std::uint64_t count, http::EventBudget& budget) {
    const auto weight = std::min<std::uint64_t>(count, std::numeric_limits<std::uint32_t>::max());
    const std::string_view detail =
        count > 0 ? "the stream no longer holds them" : "the stream was made anew; what the old one had is not known";
    auto text =
        budget.text("missed", "{\"count\":" + std::to_string(count) + ",\"unit\":\"messages\",\"detail\":\"" + std::string(detail) + "\"}");
    push(kind, at, std::move(text), static_cast<std::uint32_t>(weight));
}

void LiveSubscriber::push(LiveKind kind, const Position& at, http::EventText text, std::uint32_t weight) {
    const std::lock_guard lock(mutex_);
    cursor_[kind] = at;
    (void)queue_->push({cursor_.text(), std::move(text), weight});
}

search::Row row_of(const LiveMessage& message, const LogRecord& record) noexcept {
    return {.level = record.level,
            .source = message.source,
            .service = record.service,
            .host = record.host,
            .message = record.message,
            .tags = record.tags,
            .fields = record.fields,
            .raw = record.raw};
}

}  // namespace logchute::dashboard
