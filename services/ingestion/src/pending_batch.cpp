#include "pending_batch.hpp"

#include <algorithm>
#include <utility>

namespace logchute::ingestion {
namespace {

// Buffers of a batch that was once very large are given back, so that one burst does not set the memory for good.
constexpr std::size_t kSlotsKept = 512;
constexpr std::size_t kRecordsKept = 16'384;
// With a detail of the usual length.
constexpr std::size_t kBadLineBytes = sizeof(BadLine) + 64;

/// What a gateway makes for an upload: letters and digits, a few dozen. Anything else in that header is nobody's upload.
bool is_upload_id(std::string_view text) {
    return !text.empty() && text.size() <= 64 &&
           std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); });
}

}  // namespace

void PendingBatch::add(bus::Message message, bus::LogMessageReader& reader, std::uint64_t base, Ledger& ledger) {
    const std::size_t index = messages_.size();
    if (index == 0) since_ = std::chrono::steady_clock::now();
    if (slots_.size() <= index) slots_.emplace_back();
    Slot& slot = slots_[index];
    messages_.push_back(std::move(message));
    const bus::Message& kept = messages_.back();

    const bus::LogMessage log = reader.read(kept, slot.scratch, slot.parsed);
    if (!slot.parsed.records.empty()) rows_.push_back({base + log.sequence, log.received, log.source, slot.parsed.records});
    records_ += slot.parsed.records.size();
    bytes_ += kept.payload().size() + slot.scratch.size() + slot.parsed.records.size() * sizeof(LogRecord) +
              slot.parsed.bad.size() * kBadLineBytes;
    reached_ = base + log.sequence;
    const std::uint64_t stored = slot.parsed.records.size(), dead = slot.parsed.bad.size();
    ledger.book(tallies_, log, stored, dead);
    if (is_upload_id(log.upload)) tallies_[std::string(store::kUploadTallyPrefix).append(log.upload)] += {stored, dead};
}

store::WriteBatch PendingBatch::write_batch() { return {.messages = rows_, .reached = reached_, .tallies = tallies_}; }

void PendingBatch::clear() noexcept {
    messages_.clear();
    rows_.clear();
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
