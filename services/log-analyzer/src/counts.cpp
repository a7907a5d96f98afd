#include "counts.hpp"

#include "logchute/core/json_text.hpp"

namespace logchute::analyzer {

namespace {

/// The value under `name`, or under kOther where that has no series of its own. A label is text, whatever anybody published on.
template <class Value>
Value& entry(TextMap<Value>& map, KnownNames& known, std::string_view name) {
    if (const auto found = map.find(name); found != map.end()) return found->second;
    std::string text = json::to_valid_utf8(name);
    if (!known.admit(text)) text = kOther;
    return map.try_emplace(std::move(text)).first->second;
}

}  // namespace

void Counts::add(std::string_view source, std::uint64_t bytes, const ParsedBatch& batch) {
    const std::uint64_t taken = batch.records.size() + batch.bad.size();
    messages_ += taken;
    entry(by_source_, sources_, source) += taken;
    entry(bytes_by_source_, sources_, source) += bytes;
    for (const BadLine& bad : batch.bad) ++errors_[static_cast<std::size_t>(bad.reason)];

    // Neighbours are mostly of the same few services: the one before is tried first.
    std::string_view last_name;
    LevelCounts* last = nullptr;
    for (const LogRecord& record : batch.records) {
        if (last == nullptr || record.service != last_name) {
            last = &entry(by_service_, services_, record.service);
            last_name = record.service;
        }
        ++(*last)[static_cast<std::size_t>(record.level)];
    }
}

void Counts::merge(const Counts& other) {
    messages_ += other.messages_;
    for (const auto& [name, count] : other.by_source_) by_source_[name] += count;
    for (const auto& [name, count] : other.bytes_by_source_) bytes_by_source_[name] += count;
    for (const auto& [name, levels] : other.by_service_) {
        LevelCounts& mine = by_service_[name];
        for (std::size_t i = 0; i < levels.size(); ++i) mine[i] += levels[i];
    }
    for (std::size_t i = 0; i < errors_.size(); ++i) errors_[i] += other.errors_[i];
}

}  // namespace logchute::analyzer
