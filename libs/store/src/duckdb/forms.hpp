// The forms of one day, by number.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "duckdb/layout.hpp"

namespace logchute::store::duck {

/// Threads: the writer adds; text() from any thread at the same time. Numbers count from 1; none is ever taken back.
class Forms {
public:
    /// The number of `form`; 0 where it has none. A form gets its number when it is seen the second time within a while, so that lines
    /// which resemble no other do not use the numbers up; and none once there are kFormsMax.
    [[nodiscard]] std::uint16_t number_of(std::string_view form);

    /// Empty for a number that is not in use.
    [[nodiscard]] std::string_view text(std::uint16_t number) const noexcept;
    [[nodiscard]] std::uint16_t size() const noexcept { return count_.load(std::memory_order_acquire); }

    /// As read from the file, in the order of their numbers.
    void load(std::string text) { add(std::move(text)); }

private:
    std::uint16_t add(std::string text);

    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
    };
    // Readers look at texts_ up to count_; a text is complete before count_ says so, and stays.
    std::vector<std::string> texts_ = std::vector<std::string>(kFormsMax);
    std::atomic<std::uint16_t> count_{0};
    // The writer's alone.
    std::unordered_map<std::string_view, std::uint16_t, Hash, std::equal_to<>> numbers_;
    std::array<std::size_t, 4096> seen_once_{};
};

}  // namespace logchute::store::duck
