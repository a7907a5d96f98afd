#include "ack_subject.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace logchute::bus {
namespace {

constexpr std::size_t kShortTokens = 9;  // $JS ACK stream consumer delivered sseq cseq time pending
constexpr std::size_t kLongTokens = 11;  // two more after ACK; then possibly one at the end
constexpr std::size_t kTokensMax = 12;

bool read(std::string_view token, std::uint64_t& out) noexcept {
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), out);
    return error == std::errc{} && end == token.data() + token.size();
}

}  // namespace

std::optional<DeliveryInfo> parse_ack_subject(std::string_view subject) noexcept {
    if (!subject.starts_with("$JS.ACK.")) return std::nullopt;
    std::array<std::string_view, kTokensMax> tokens;
    std::size_t count = 0;
    for (std::size_t begin = 0; begin <= subject.size();) {
        if (count == tokens.size()) return std::nullopt;
        auto end = subject.find('.', begin);
        if (end == std::string_view::npos) end = subject.size();
        tokens[count++] = subject.substr(begin, end - begin);
        begin = end + 1;
    }
    if (count != kShortTokens && count < kLongTokens) return std::nullopt;
    const std::size_t first = count == kShortTokens ? 4 : 6;
    DeliveryInfo info;
    std::uint64_t nanos = 0;
    if (!read(tokens[first], info.delivered) || !read(tokens[first + 1], info.sequence) ||
        !read(tokens[first + 2], info.consumer_sequence) || !read(tokens[first + 3], nanos) || !read(tokens[first + 4], info.pending))
        return std::nullopt;
    if (nanos > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    info.received = from_nanos(static_cast<std::int64_t>(nanos));
    return info;
}

}  // namespace logchute::bus
