// From text to messages on disk.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "logchute/bus/publisher.hpp"
#include "logchute/core/batch_parser.hpp"
#include "logchute/core/line_chunker.hpp"

namespace logchute::gateway {

/// Where lines come from, and how they are to be read.
struct Origin {
    std::string source = "http";  ///< One token of a subject; see is_source().
    Format format = Format::automatic;
    bool join = false;            ///< Only where the format is auto or plain.
    std::string service;          ///< For records without one.
    std::string tags;             ///< A JSON object of strings for every record; may be empty.
    std::string upload;           ///< Id of the upload they belong to; may be empty.
    std::string identity;         ///< Of a request that may be sent again: see MessageIds. Empty: each time is another.
};

/// Letters, digits, '-' and '_', up to 64: what may stand in a subject.
[[nodiscard]] bool is_source(std::string_view text);

/// UTF-8 without control characters, up to kNameBytesMax: what may stand in a header, as the service of records that have none.
[[nodiscard]] bool is_service(std::string_view text);
/// How to say so.
[[nodiscard]] std::string service_form();

struct Accepted {
    std::uint64_t lines = 0;
    std::uint64_t records = 0;
    std::uint64_t duplicates = 0;  ///< Of the records: in the stream already, from another time that this request was sent.
};

/// Turns lines into messages on `logs.<source>`. What it returns as accepted is on disk.
/// Threads:  any. Lifetime: borrows both.
/// Failures: unavailable, timeout, full: try again later; a part may be in the stream by then.
class Intake {
public:
    Intake(bus::Publisher& publisher, bus::GroupCommitter& group, ChunkOptions chunks)
        : publisher_(publisher), group_(group), chunks_(chunks) {}

    /// A whole text. Small ones share a message with others that arrive at the same time.
    [[nodiscard]] Result<Accepted> take(const Origin& origin, std::string_view text);
    /// One record on a line, as a message of its own with this Nats-Msg-Id: what the stream knows by it already is not stored again.
    [[nodiscard]] Result<bus::PubAck> take_once(const Origin& origin, std::string_view line, std::string id);

private:
    bus::Publisher& publisher_;
    bus::GroupCommitter& group_;
    const ChunkOptions chunks_;
};

}  // namespace logchute::gateway
