#include "record_ids.hpp"

#include <array>
#include <charconv>

namespace logchute::dashboard {
namespace {

using namespace std::chrono_literals;

constexpr int kBase = 36;
constexpr std::string_view kStreamTallies = "stream/";
// While the store does not know the stream: it is away, or has committed nothing of a stream that was made anew.
constexpr auto kAskAgainAfter = 2s;

template <class T>
void append_number(std::string& out, T number) {
    std::array<char, 16> digits{};
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number, kBase).ptr);
}

}  // namespace

RecordIds::RecordIds(store::LogReader& store) : store_(store), thread_([this](const std::stop_token& stop) { run(stop); }) {}
RecordIds::~RecordIds() = default;

void RecordIds::learn(std::uint64_t epoch, Timestamp created) {
    const std::lock_guard lock(mutex_);
    if (created_ == created) return;
    epoch_ = epoch;
    created_ = created;
    base_.reset();
    changed_.notify_all();
}

std::string RecordIds::id(std::uint64_t epoch, std::uint64_t sequence, std::uint32_t ordinal) const {
    std::string out;
    const std::lock_guard lock(mutex_);
    if (epoch_ != epoch || !base_) return out;
    append_number(out, *base_ + sequence);
    out += '-';
    append_number(out, ordinal);
    return out;
}

void RecordIds::run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return created_ && !base_; }) && !stop.stop_requested()) {
        const Timestamp created = *created_;
        lock.unlock();
        const auto base = ask(created);
        lock.lock();
        if (created_ != created) continue;
        base_ = base;
        if (!base_) changed_.wait_for(lock, stop, kAskAgainAfter, [&] { return created_ != created; });
    }
}

std::optional<std::uint64_t> RecordIds::ask(Timestamp created) {
    const auto tallies = store_.tallies(kStreamTallies);
    if (!tallies) return std::nullopt;
    if (tallies->empty()) return 0;  // nothing is stored yet, so this stream is the store's first
    const auto found = tallies->find(std::string(kStreamTallies) + format_rfc3339(created));
    return found == tallies->end() ? std::nullopt : std::optional(found->second.stored);
}

}  // namespace logchute::dashboard
