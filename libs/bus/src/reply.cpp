#include "reply.hpp"

#include <algorithm>
#include <array>

namespace logchute::bus {

Errc parse_errc(std::string_view name) noexcept {
    constexpr std::array kAll{Errc::invalid,     Errc::not_found, Errc::too_large, Errc::full,  Errc::timeout,
                              Errc::unavailable, Errc::conflict,  Errc::closed,    Errc::failed};
    for (const Errc code : kAll)
        if (to_string(code) == name) return code;
    return Errc::failed;
}

PieceWriter::PieceWriter(Connection::Impl& connection, std::string reply_subject)
    : connection_(connection), subject_(std::move(reply_subject)), piece_bytes_(connection.max_payload() / 2) {}

Result<void> PieceWriter::write(std::string_view bytes) {
    while (piece_.size() + bytes.size() > piece_bytes_) {
        const std::size_t fits = piece_bytes_ - piece_.size();
        piece_.append(bytes.substr(0, fits));
        bytes.remove_prefix(fits);
        if (auto sent = send({}, piece_, false); !sent) return sent;
        piece_.clear();
    }
    piece_.append(bytes);
    return {};
}

Result<void> PieceWriter::finish() { return send({{kLastHeader, "1"}}, piece_, true); }

Result<void> PieceWriter::finish(const Error& error) {
    return send({{kErrorHeader, std::string(to_string(error.code))}}, std::string_view(error.detail).substr(0, piece_bytes_), true);
}

Result<void> PieceWriter::send(Headers headers, std::string_view payload, bool at_end) {
    const LinkPtr link = connection_.link();
    if (!link) return fail(Errc::unavailable, "not connected to NATS");
    headers.emplace_back(kPieceHeader, std::to_string(number_++));
    auto sent = link->publish({.subject = subject_.c_str(), .headers = &headers, .payload = payload});
    if (sent && at_end) link->push_out();
    return sent;
}

}  // namespace logchute::bus
