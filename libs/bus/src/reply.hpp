// The shape of a reply: pieces, each a message with its number, the last one marked; or an error.
#pragma once

#include <string>
#include <string_view>

#include "connection_impl.hpp"
#include "logchute/bus/request.hpp"

namespace logchute::bus {

inline constexpr const char* kPieceHeader = "Logchute-Piece";      // from 0
inline constexpr const char* kLastHeader = "Logchute-Last";        // "1" on the last piece
inline constexpr const char* kErrorHeader = "Logchute-Error";      // an Errc by name; the payload is its detail, and nothing follows
inline constexpr const char* kPatienceHeader = "Logchute-Timeout";  // of a request: milliseconds the caller waits

/// Errc::failed for a name nobody knows: the other side may be newer.
[[nodiscard]] Errc parse_errc(std::string_view name) noexcept;

/// Cuts what a handler writes into pieces. Everything it sends goes over the link there is by then.
class PieceWriter final : public ReplyWriter {
public:
    PieceWriter(Connection::Impl& connection, std::string reply_subject);
    [[nodiscard]] Result<void> write(std::string_view bytes) override;
    /// Sends what is left, marked as the last; or `error` instead of it.
    [[nodiscard]] Result<void> finish();
    [[nodiscard]] Result<void> finish(const Error& error);

private:
    [[nodiscard]] Result<void> send(Headers headers, std::string_view payload, bool at_end);

    Connection::Impl& connection_;
    const std::string subject_;
    const std::size_t piece_bytes_;
    std::string piece_;  // not sent yet: the last one cannot be known as such before the end
    std::uint64_t number_ = 0;
};

}  // namespace logchute::bus
