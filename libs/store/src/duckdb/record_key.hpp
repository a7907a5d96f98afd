// The order of records, and their names and page marks as the outside sees them.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "logchute/store/log_reader.hpp"

namespace logchute::store::duck {

/// Records are in the order of their times; those of one time in the order in which they came.
struct RecordKey {
    std::int64_t time = 0;
    std::uint64_t seq = 0;
    std::uint32_t ord = 0;
    friend auto operator<=>(const RecordKey&, const RecordKey&) = default;
};

/// True where `a` comes before `b` in the order asked for.
[[nodiscard]] inline bool precedes(const RecordKey& a, const RecordKey& b, Order order) noexcept {
    return order == Order::newest_first ? a > b : a < b;
}

/// "3f-1a": sequence and ordinal, in base 36.
void append_record_id(std::string& out, std::uint64_t seq, std::uint32_t ord);
struct RecordName {
    std::uint64_t seq = 0;
    std::uint32_t ord = 0;
};
[[nodiscard]] std::optional<RecordName> parse_record_id(std::string_view id) noexcept;

/// Opaque to others; carries a short checksum, so that what is none is known as none.
[[nodiscard]] std::string format_cursor(const RecordKey& last, Order order);
/// Empty for anything but a cursor of this order.
[[nodiscard]] std::optional<RecordKey> parse_cursor(std::string_view cursor, Order order) noexcept;

}  // namespace logchute::store::duck
