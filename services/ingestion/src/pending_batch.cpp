#include "pending_batch.hpp"

#include <utility>

namespace logchute::ingestion {
namespace {

// Buffers of a batch that was once very large are given back, so that one burst does not set the memory for good.
constexpr std::size_t kSlotsKept = 512;
constexpr std::size_t kRecordsKept = 16'384;

store::Tally& entry(store::Tallies& tallies, std::string_view scope, std::string_view name) {
    std::string key;
    key.reserve(scope.size() + name.size());
    key.append(scope).append(name);
    return tallies[std::move(key)];
}

}  // namespace

void PendingBatch::add(bus::Message message, bus::LogMessageReader& reader) {
    const std::size_t index = messages_.size();
    if (index == 0) since_ = std::chrono::steady_clock::now();
    if (slots_.size() <= index) slots_.emplace_back();
    Slot& slot = slots_[index];
    messages_.push_back(std::move(message));
    const bus::Message& kept = messages_.back();

    const bus::LogMessage log = reader.read(kept, slot.scratch, slot.parsed);
    for (const BadLine& bad : slot.parsed.bad) dead_letters_.push_back({index, bad.reason, bad.ordinal, bad.raw, bad.detail});
    if (!slot.parsed.records.empty()) rows_.push_back({log.sequence, log.received, log.source, slot.parsed.records});
    records_ += slot.parsed.records.size();
    bytes_ += kept.payload().size();
    reached_ = log.sequence;
    tally(log, slot.parsed.records.size(), slot.parsed.bad.size());
}

void PendingBatch::tally(const bus::LogMessage& message, std::size_t stored, std::size_t dead) {
    const auto add = [&](store::Tally& tally) {
        tally.stored += stored;
        tally.dead_lettered += dead;
    };
    add(entry(tallies_, "source/", message.source));
    if (!message.upload.empty()) add(entry(tallies_, "upload/", message.upload));
}

store::WriteBatch PendingBatch::write_batch() { return {.messages = rows_, .reached = reached_, .tallies = tallies_}; }

void PendingBatch::clear() noexcept {
    messages_.clear();
    rows_.clear();
    dead_letters_.clear();
    tallies_.clear();
    if (slots_.size() > kSlotsKept) slots_.resize(kSlotsKept);
    for (Slot& slot : slots_) {
        slot.parsed.clear();
        slot.scratch = std::string();
        if (slot.parsed.records.capacity() > kRecordsKept) slot.parsed = ParsedBatch();
    }
    records_ = bytes_ = reached_ = 0;
}

}  // namespace logchute::ingestion
