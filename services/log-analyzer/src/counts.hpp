// What the log-analyzer counts.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "logchute/core/batch_parser.hpp"
#include "logchute/core/level.hpp"

namespace logchute::analyzer {

/// For maps that are asked with views.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};
template <class Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

using LevelCounts = std::array<std::uint64_t, kLevels.size()>;

/// Names beyond the limit are counted together under this one, so that nobody can make series without end.
inline constexpr std::string_view kOther = "other";
/// The service of records that name none.
inline constexpr std::string_view kNoService = "";

/// Counts of one worker, or the sum of several. Not thread-safe: each worker has its own and merges them into the total now and then.
class Counts {
public:
    explicit Counts(std::size_t names_max) : names_max_(names_max) {}

    /// Counts a parsed message of `bytes` bytes.
    void add(std::string_view source, std::uint64_t bytes, const ParsedBatch& batch);
    void merge(const Counts& other);
    /// Zero everywhere; names stay, so that the hot path keeps finding them.
    void reset() noexcept;

    /// Records taken in, those that do not parse among them.
    [[nodiscard]] std::uint64_t messages() const noexcept { return messages_; }
    [[nodiscard]] const TextMap<std::uint64_t>& by_source() const noexcept { return by_source_; }
    [[nodiscard]] const TextMap<std::uint64_t>& bytes_by_source() const noexcept { return bytes_by_source_; }
    [[nodiscard]] const TextMap<LevelCounts>& by_service() const noexcept { return by_service_; }
    [[nodiscard]] const std::array<std::uint64_t, kReasonCount>& errors() const noexcept { return errors_; }

private:
    template <class Value>
    Value& entry(TextMap<Value>& map, std::string_view name) const;

    std::size_t names_max_;
    std::uint64_t messages_ = 0;
    TextMap<std::uint64_t> by_source_;
    TextMap<std::uint64_t> bytes_by_source_;
    TextMap<LevelCounts> by_service_;
    std::array<std::uint64_t, kReasonCount> errors_{};
};

}  // namespace logchute::analyzer
