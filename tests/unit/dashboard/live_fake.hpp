// A stream in memory, for what follows streams.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>

#include "live_hub.hpp"
#include "logchute/core/search/query.hpp"

namespace logchute::dashboard {

/// Messages are lines of plain text or JSON. Threads: any.
class FakeSource final : public LiveSource {
public:
    explicit FakeSource(bool is_gapless = true) : is_gapless_(is_gapless) {}

    void publish(const std::string& text) {
        const std::lock_guard lock(mutex_);
        texts_[++last_] = text;
        changed_.notify_all();
    }
    /// Drops what is before `first`.
    void purge(std::uint64_t first) {
        const std::lock_guard lock(mutex_);
        texts_.erase(texts_.begin(), texts_.lower_bound(first));
        first_ = first;
        last_ = std::max(last_, first - 1);
    }
    void make_anew() {
        const std::lock_guard lock(mutex_);
        ++epoch_;
        first_ = 1;
        last_ = 0;
        texts_.clear();
        changed_.notify_all();
    }
    /// While away, every fetch fails.
    void set_away(bool away) {
        const std::lock_guard lock(mutex_);
        is_away_ = away;
        changed_.notify_all();
    }
    /// Readers that have been opened, and records that have been rendered.
    int readers() {
        const std::lock_guard lock(mutex_);
        return readers_;
    }
    int rendered() {
        const std::lock_guard lock(mutex_);
        return rendered_;
    }

    Result<StreamState> state() override {
        const std::lock_guard lock(mutex_);
        if (is_away_) return fail(Errc::unavailable, "NATS is away");
        return StreamState{epoch_, first_, last_};
    }
    std::unique_ptr<LiveReader> read(std::uint64_t epoch, std::uint64_t from) override {
        const std::lock_guard lock(mutex_);
        ++readers_;
        return std::make_unique<Reader>(*this, epoch, from);
    }
    std::string json(const LiveMessage& message, const LogRecord& record) override {
        const std::lock_guard lock(mutex_);
        ++rendered_;
        return "{\"at\":\"" + std::to_string(message.sequence) + "-" + std::to_string(record.ordinal) + "\"}";
    }
    bool is_gapless() const noexcept override { return is_gapless_; }

private:
    class Reader final : public LiveReader {
    public:
        Reader(FakeSource& source, std::uint64_t epoch, std::uint64_t from) : source_(source), epoch_(epoch), next_(from) {}
        Result<std::vector<LiveMessagePtr>> fetch(std::chrono::milliseconds wait) override {
            std::unique_lock lock(source_.mutex_);
            const auto has_more = [this] { return source_.is_away_ || source_.epoch_ != epoch_ || source_.last_ >= next_; };
            // A test waits for nothing that it has not asked for.
            (void)source_.changed_.wait_for(lock, std::min(wait, std::chrono::milliseconds(20)), has_more);
            if (source_.is_away_) return fail(Errc::unavailable, "NATS is away");
            if (source_.epoch_ != epoch_) {
                epoch_ = source_.epoch_;
                next_ = 1;
            }
            std::vector<LiveMessagePtr> messages;
            for (auto it = source_.texts_.lower_bound(next_); it != source_.texts_.end() && messages.size() < 16; ++it) {
                messages.push_back(make(it->first, it->second, it->first == source_.last_));
                next_ = it->first + 1;
            }
            return messages;
        }

    private:
        LiveMessagePtr make(std::uint64_t sequence, const std::string& text, bool is_last) const {
            auto message = std::make_shared<LiveMessage>();
            message->epoch = epoch_;
            message->sequence = sequence;
            message->is_last = is_last;
            message->source = "test";
            const auto kept = std::make_shared<std::string>(text);
            if (text.starts_with('{')) {
                message->document = text;
            } else {
                BatchParser().parse(*kept, {.format = Format::plain}, message->parsed);
            }
            message->text = kept;
            message->bytes = text.size();
            return message;
        }

        FakeSource& source_;
        std::uint64_t epoch_;
        std::uint64_t next_;
    };

    const bool is_gapless_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::uint64_t, std::string> texts_;  // by sequence; under mutex_, as all below
    std::uint64_t epoch_ = 1;
    std::uint64_t first_ = 1;
    std::uint64_t last_ = 0;
    bool is_away_ = false;
    int readers_ = 0;
    int rendered_ = 0;
};

}  // namespace logchute::dashboard
