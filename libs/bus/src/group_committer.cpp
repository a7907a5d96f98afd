#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "headers.hpp"
#include "logchute/bus/names.hpp"
#include "logchute/bus/publisher.hpp"
#include "subject.hpp"

namespace logchute::bus {
namespace {

/// Lines on their way under one subject and set of headers. The first caller is its leader: a thread that has to wait anyway, so the group
/// needs none of its own.
struct Group {
    Group(std::string_view to, const Headers& with) : subject(to), headers(with) {}

    const std::string subject;
    Headers headers;            // until sealed without the count of records, then its sender's
    std::string lines;          // under the committer's mutex until sealed, then its sender's
    std::uint64_t records = 0;  // likewise
    bool sealed = false;  // under the committer's mutex: somebody has taken it out to send it
    std::condition_variable sealed_changed;

    std::mutex mutex;  // a lock of its own, so that a thousand callers waking do not meet those of the next group
    std::condition_variable answered;
    bool done = false;       // under mutex
    Result<PubAck> outcome;  // under mutex
};
using GroupPtr = std::shared_ptr<Group>;

void append_lines(std::string& out, std::string_view lines) {
    out.append(lines);
    if (!out.empty() && out.back() != '\n') out.push_back('\n');
}

/// What says how many records it has must not meet what does not, or the sum would be wrong.
std::string key_of(std::string_view subject, const Headers& headers, bool counts) {
    std::string key(subject);
    if (counts) key.append("\ncounted");
    for (const auto& [name, value] : headers) key.append(1, '\n').append(name).append(1, '\n').append(value);
    return key;
}

Headers with_records(Headers headers, std::uint64_t records) {
    if (records != 0) headers.emplace_back(kRecordsHeader, std::to_string(records));
    return headers;
}

Result<PubAck> wait_for(Group& group) {
    std::unique_lock lock(group.mutex);
    group.answered.wait(lock, [&] { return group.done; });
    return group.outcome;
}

}  // namespace

class GroupCommitter::Impl {
public:
    Impl(Publisher& publisher, GroupOptions options) : publisher_(publisher), options_(options) {}

    /// The callers inside send what is waiting, at once, and wait for it themselves.
    ~Impl() {
        std::unique_lock lock(mutex_);
        closing_ = true;
        for (auto& [key, group] : open_) group->sealed_changed.notify_all();
        nobody_.wait(lock, [this] { return callers_ == 0; });
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    Result<PubAck> commit(std::string_view subject, const Headers& headers, std::string_view lines, std::uint64_t records) {
        // Before anything is grouped: neither may hold a line end, or two different keys could look the same.
        if (!is_publishable(subject)) return fail(Errc::invalid, "this is no subject to publish on: '" + subject_token(subject) + "'");
        if (auto fine = check_headers(headers); !fine) return std::unexpected(std::move(fine).error());
        if (auto entered = enter(); !entered) return std::unexpected(std::move(entered).error());
        const Inside inside{*this};  // whatever is thrown from here on: the destructor waits for callers that are inside
        // An id stands for one message: in a group it would speak for lines it does not know. And what fills a group gains nothing from it.
        const bool alone = lines.size() >= options_.bytes || !find_header(headers, kMessageIdHeader).empty();
        return alone ? commit_alone(subject, with_records(headers, records), lines) : commit_grouped(subject, headers, lines, records);
    }

    [[nodiscard]] std::size_t callers() const noexcept {
        const std::lock_guard lock(mutex_);
        return callers_;
    }

private:
    struct Inside {
        Impl& committer;
        ~Inside() { committer.leave(); }
    };

    Result<void> enter() {
        const std::lock_guard lock(mutex_);
        if (closing_) return fail(Errc::closed, "the group committer has been stopped");
        if (callers_ >= options_.waiting_max) return fail(Errc::full, std::to_string(callers_) + " commits are waiting already");
        ++callers_;
        return {};
    }

    void leave() {
        const std::lock_guard lock(mutex_);
        if (--callers_ == 0 && closing_) nobody_.notify_all();
    }

    Result<PubAck> commit_alone(std::string_view subject, const Headers& headers, std::string_view lines) {
        if (lines.ends_with('\n')) return publisher_.publish(subject, headers, lines);
        std::string ended;
        ended.reserve(lines.size() + 1);
        append_lines(ended, lines);
        return publisher_.publish(subject, headers, ended);
    }

    Result<PubAck> commit_grouped(std::string_view subject, const Headers& headers, std::string_view lines, std::uint64_t records) {
        const std::string key = key_of(subject, headers, records != 0);
        std::unique_lock lock(mutex_);
        GroupPtr overfull;
        GroupPtr& open = open_[key];
        if (open && open->lines.size() + lines.size() + 1 > options_.bytes) overfull = seal_locked(open);
        const bool leads = !open;
        if (leads) open = std::make_shared<Group>(subject, headers);
        const GroupPtr group = open;
        append_lines(group->lines, lines);
        group->records += records;
        if (overfull) {
            lock.unlock();
            send(overfull);
            lock.lock();
        }
        if (leads) {
            const auto due = SteadyClock::now() + options_.wait;
            group->sealed_changed.wait_until(lock, due, [&] { return group->sealed || closing_; });
            if (!group->sealed) {
                const auto at = open_.find(key);
                seal_locked(at->second);
                open_.erase(at);
                lock.unlock();
                send(group);
            }
        }
        if (lock.owns_lock()) lock.unlock();
        return wait_for(*group);
    }

    /// Takes the group out of its place, for the caller to send.
    static GroupPtr seal_locked(GroupPtr& place) {
        place->sealed = true;
        place->sealed_changed.notify_all();
        return std::exchange(place, nullptr);
    }

    void send(const GroupPtr& group) {
        group->headers = with_records(std::move(group->headers), group->records);
        publisher_.publish_async(group->subject, group->headers, group->lines, [group](Result<PubAck> result) {
            const std::lock_guard lock(group->mutex);
            group->outcome = std::move(result);
            group->done = true;
            group->answered.notify_all();
        });
    }

    Publisher& publisher_;
    const GroupOptions options_;

    mutable std::mutex mutex_;
    std::condition_variable nobody_;
    std::unordered_map<std::string, GroupPtr> open_;  // under mutex_, as all below; no place is empty while it is free
    std::size_t callers_ = 0;
    bool closing_ = false;
};

GroupCommitter::GroupCommitter(Publisher& publisher, GroupOptions options) : impl_(std::make_unique<Impl>(publisher, options)) {}
GroupCommitter::~GroupCommitter() = default;

Result<PubAck> GroupCommitter::commit(std::string_view subject, const Headers& headers, std::string_view lines, std::uint64_t records) {
    return impl_->commit(subject, headers, lines, records);
}

std::size_t GroupCommitter::waiting() const noexcept { return impl_->callers(); }

}  // namespace logchute::bus
