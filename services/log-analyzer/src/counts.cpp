#include "counts.hpp"

namespace logchute::analyzer {

template <class Value>
Value& Counts::entry(TextMap<Value>& map, std::string_view name) const {
    if (const auto found = map.find(name); found != map.end()) return found->second;
    if (map.size() >= names_max_) name = kOther;
    return map.try_emplace(std::string(name)).first->second;
}

void Counts::add(std::string_view source, std::uint64_t bytes, const ParsedBatch& batch) {
    const std::uint64_t taken = batch.records.size() + batch.bad.size();
    messages_ += taken;
    entry(by_source_, source) += taken;
    entry(bytes_by_source_, source) += bytes;
    for (const BadLine& bad : batch.bad) ++errors_[static_cast<std::size_t>(bad.reason)];

    // Neighbours are mostly of the same few services: the one before is tried first.
    std::string_view last_name;
    LevelCounts* last = nullptr;
    for (const LogRecord& record : batch.records) {
        if (last == nullptr || record.service != last_name) {
            last = &entry(by_service_, record.service);
            last_name = record.service;
        }
        ++(*last)[static_cast<std::size_t>(record.level)];
    }
}

void Counts::merge(const Counts& other) {
    messages_ += other.messages_;
    for (const auto& [name, count] : other.by_source_)
        if (count != 0) entry(by_source_, name) += count;
    for (const auto& [name, count] : other.bytes_by_source_)
        if (count != 0) entry(bytes_by_source_, name) += count;
    for (const auto& [name, levels] : other.by_service_) {
        LevelCounts& mine = entry(by_service_, name);
        for (std::size_t i = 0; i < levels.size(); ++i) mine[i] += levels[i];
    }
    for (std::size_t i = 0; i < errors_.size(); ++i) errors_[i] += other.errors_[i];
}

void Counts::reset() noexcept {
    messages_ = 0;
    for (auto& [name, count] : by_source_) count = 0;
    for (auto& [name, count] : bytes_by_source_) count = 0;
    for (auto& [name, levels] : by_service_) levels.fill(0);
    errors_.fill(0);
}

}  // namespace logchute::analyzer
