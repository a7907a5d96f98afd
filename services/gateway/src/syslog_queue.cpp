#include "syslog_queue.hpp"

#include <algorithm>
#include <utility>

#include "logchute/core/lines.hpp"
#include "logchute/runtime/logging.hpp"

namespace logchute::gateway {
namespace {

constexpr std::string_view kEscapedFeed = "#012";

std::string_view without_end(std::string_view text) noexcept {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == '\0')) text.remove_suffix(1);
    return text;
}

/// Of what append_line() makes of it.
std::size_t line_size(std::string_view text) {
    return text.size() + static_cast<std::size_t>(std::ranges::count(text, '\n')) * (kEscapedFeed.size() - 1);
}

void append_line(std::string& out, std::string_view text) {
    while (true) {
        const auto feed = text.find('\n');
        out += text.substr(0, feed);
        if (feed == text.npos) break;
        out += kEscapedFeed;
        text.remove_prefix(feed + 1);
    }
    out += '\n';
}

}  // namespace

SyslogQueue::SyslogQueue(SyslogQueueOptions options, ChunkSink& sink)
    : options_(std::move(options)), sink_(sink), run_id_(fresh_id()), thread_([this] { run(); }) {}

SyslogQueue::~SyslogQueue() { drain(); }

void SyslogQueue::push(std::string_view text, std::uint64_t length) {
    ++received_;
    const bool is_shortened = length > text.size();
    if (!is_shortened) text = without_end(text);
    if (is_blank(text)) {
        ++empty_;
        return;
    }
    const bool is_cut = is_shortened || line_size(text) > options_.line_bytes_max;
    if (is_cut) length = std::max<std::uint64_t>(length, text.size());
    if (is_cut) text = text.substr(0, kTooLongBytesKept);
    const std::lock_guard lock(mutex_);
    if (options_.when_full == WhenFull::drop && bytes_ + text.size() + 1 > options_.bytes_max) {
        ++dropped_full_;
        return;
    }
    Batch& batch = open_batch_locked(line_size(text) + 1, is_cut);
    const std::size_t before = batch.text.size();
    if (is_cut)
        batch.text = text;  // a chunk of its own, with its length; line feeds and all, as its dead letter shows it
    else
        append_line(batch.text, text);
    batch.cut_from_bytes = is_cut ? length : 0;
    ++batch.messages;
    bytes_ += batch.text.size() - before;
    changed_.notify_all();
}

SyslogQueue::Batch& SyslogQueue::open_batch_locked(std::size_t bytes, bool is_cut) {
    const bool fits = !is_cut && !batches_.empty() && batches_.back().cut_from_bytes == 0 &&
                      batches_.back().text.size() + bytes <= options_.message_bytes;
    return fits ? batches_.back() : batches_.emplace_back();
}

bool SyslogQueue::has_room() const {
    const std::lock_guard lock(mutex_);
    return bytes_ < options_.bytes_max;
}

std::size_t SyslogQueue::bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
}

void SyslogQueue::drain() {
    {
        const std::lock_guard lock(mutex_);
        is_draining_ = true;
        changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
}

void SyslogQueue::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return !batches_.empty() || is_draining_; });
        if (batches_.empty()) return;
        const Batch batch = std::move(batches_.front());
        batches_.pop_front();
        was_full_ |= bytes_ >= options_.bytes_max;
        lock.unlock();
        give(batch);
        lock.lock();
        was_full_ |= bytes_ >= options_.bytes_max;
        bytes_ -= batch.text.size();
        if (was_full_ && bytes_ < options_.bytes_max) {
            was_full_ = false;
            if (options_.on_room) options_.on_room();
        }
    }
}

void SyslogQueue::give(const Batch& batch) {
    const Chunk chunk{batch.text, batch.messages, batch.messages, batch.cut_from_bytes, 0};
    const auto taken = sink_.take(chunk, run_id_ + '-' + std::to_string(++last_number_), {});
    if (taken) return;
    dropped_refused_ += batch.messages;
    runtime::log_error("syslog messages are lost", {{"messages", batch.messages}, {"cause", taken.error().detail}});
}

}  // namespace logchute::gateway
