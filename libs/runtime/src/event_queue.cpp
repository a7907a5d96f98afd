#include "logchute/runtime/event_queue.hpp"

#include <utility>

namespace logchute::http {
namespace {

// An Event, its id where that is long, and its share of the deque.
constexpr std::size_t kPlaceBytes = 128;
constexpr std::chrono::seconds kStalledAfter{1};
// Over budget: what a client may have waiting that still reads.
constexpr std::size_t kCrowdedShare = 8;

struct CountedText {
    std::string text;
    std::shared_ptr<void> budget;  // keeps the counter
    std::atomic<std::size_t>& bytes;

    CountedText(std::string the_text, std::shared_ptr<void> of, std::atomic<std::size_t>& counter)
        : text(std::move(the_text)), budget(std::move(of)), bytes(counter) {
        bytes += text.capacity();
    }
    ~CountedText() { bytes -= text.capacity(); }
    CountedText(const CountedText&) = delete;
    CountedText& operator=(const CountedText&) = delete;
};

void append_event(std::string& out, std::string_view id, std::string_view text) { out.append("id: ").append(id).append("\n").append(text); }

}  // namespace

EventText EventBudget::text(std::string_view type, std::string_view data) {
    std::string text;
    text.reserve(type.size() + data.size() + 24);
    text.append("event: ").append(type).append("\n");
    while (true) {
        const auto end = data.find_first_of("\r\n");
        text.append("data: ").append(data.substr(0, end)).append("\n");
        if (end == std::string_view::npos) break;
        data.remove_prefix(data.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
    }
    text += '\n';
    const auto counted = std::make_shared<const CountedText>(std::move(text), shared_from_this(), bytes_);
    return {counted, &counted->text};
}

EventStream EventQueue::stream(std::shared_ptr<EventQueue> queue) {
    EventQueue* const it = queue.get();
    return {it, [queue = std::move(queue)](EventQueue*) { queue->close(); }};
}

bool EventQueue::push(Event event) {
    const std::lock_guard lock(mutex_);
    if (is_closed_) return false;
    if (events_.empty()) waits_since_ = Clock::now();
    bytes_ += event.text->size();
    options_.budget->bytes_ += kPlaceBytes;
    events_.push_back(std::move(event));
    while (events_.size() > 1 && is_over_locked()) {
        Event oldest = pop_locked();
        missed_ += oldest.weight;
        missed_id_ = std::move(oldest.id);
        missed_count_.add(oldest.weight);
    }
    wake_locked();
    return true;
}

void EventQueue::end() {
    const std::lock_guard lock(mutex_);
    is_ended_ = true;
    wake_locked();
}

bool EventQueue::is_closed() const {
    const std::lock_guard lock(mutex_);
    return is_closed_;
}

bool EventQueue::has_room() const {
    const std::lock_guard lock(mutex_);
    return has_room_locked();
}

bool EventQueue::wait_for_room(std::function<void()> call) {
    const std::lock_guard lock(mutex_);
    if (is_closed_) return true;
    if (has_room_locked()) return false;
    on_room_ = std::move(call);
    return true;
}

void EventQueue::attach(std::function<void()> wake) {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
}

EventQueue::Taken EventQueue::take(std::string& out, std::size_t bytes) {
    std::function<void()> on_room;
    auto taken = Taken::all;
    {
        const std::lock_guard lock(mutex_);
        if (missed_ > 0) {
            append_event(out, missed_id_, "event: missed\ndata: {\"count\":" + std::to_string(std::exchange(missed_, 0)) + "}\n\n");
        }
        std::size_t count = 0;
        for (; !events_.empty() && out.size() < bytes; ++count) {
            const Event event = pop_locked();
            append_event(out, event.id, *event.text);
        }
        sent_count_.add(static_cast<double>(count));
        waits_since_ = Clock::now();
        if (!events_.empty()) {
            taken = Taken::some;
        } else {
            is_woken_ = false;
            if (is_ended_ || is_closed_) taken = Taken::ended;
        }
        if (has_room_locked()) on_room.swap(on_room_);
    }
    if (on_room) on_room();
    return taken;
}

void EventQueue::close() {
    // What the callbacks hold may hold this queue, and may be large: both go outside the lock.
    std::function<void()> wake;
    std::function<void()> on_room;
    std::deque<Event> events;
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    options_.budget->bytes_ -= events_.size() * kPlaceBytes;
    bytes_ = 0;
    events.swap(events_);
    wake.swap(wake_);
    on_room.swap(on_room_);
}

bool EventQueue::is_over_locked() const {
    if (events_.size() > options_.events_max || bytes_ > options_.bytes_max) return true;
    if (events_.size() <= options_.crowded_events_max || !options_.budget->is_over()) return false;
    return events_.size() > options_.events_max / kCrowdedShare || Clock::now() - waits_since_ > kStalledAfter;
}

bool EventQueue::has_room_locked() const { return events_.size() <= options_.events_max / 2 && bytes_ <= options_.bytes_max / 2; }

Event EventQueue::pop_locked() {
    Event event = std::move(events_.front());
    events_.pop_front();
    bytes_ -= event.text->size();
    options_.budget->bytes_ -= kPlaceBytes;
    return event;
}

void EventQueue::wake_locked() {
    if (!wake_ || std::exchange(is_woken_, true)) return;
    wake_();
}

}  // namespace logchute::http
