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

#include "known_names.hpp"
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
/// Counts of one worker, or the sum of several. Not thread-safe. Lifetime: borrows the names, which all counts that are added up share.
class Counts {
public:
    Counts(KnownNames& sources, KnownNames& services) : sources_(sources), services_(services) {}

    /// Counts a parsed message of `bytes` bytes.
    void add(std::string_view source, std::uint64_t bytes, const ParsedBatch& batch);
    void merge(const Counts& other);

    /// Records taken in, those that do not parse among them.
    [[nodiscard]] std::uint64_t messages() const noexcept { return messages_; }
    [[nodiscard]] const TextMap<std::uint64_t>& by_source() const noexcept { return by_source_; }
    [[nodiscard]] const TextMap<std::uint64_t>& bytes_by_source() const noexcept { return bytes_by_source_; }
    [[nodiscard]] const TextMap<LevelCounts>& by_service() const noexcept { return by_service_; }
    [[nodiscard]] const std::array<std::uint64_t, kReasonCount>& errors() const noexcept { return errors_; }

private:
    KnownNames& sources_;
    KnownNames& services_;
    std::uint64_t messages_ = 0;
    TextMap<std::uint64_t> by_source_;
    TextMap<std::uint64_t> bytes_by_source_;
    TextMap<LevelCounts> by_service_;
    std::array<std::uint64_t, kReasonCount> errors_{};
};

}  // namespace logchute::analyzer
