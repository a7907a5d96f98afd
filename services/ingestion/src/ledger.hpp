// The books: what became of every record, by source and by when it came in.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "logchute/bus/connection.hpp"
#include "logchute/bus/log_message.hpp"
#include "logchute/core/result.hpp"
#include "logchute/runtime/metrics.hpp"
#include "logchute/store/log_writer.hpp"

namespace logchute::ingestion {

/// The one place where records are counted. What a message brought is booked beside its rows, in the same transaction, so the books survive
/// whatever the rows survive:
///   received       what the publisher says it put into the message (Logchute-Records), or the lines found in it where it says nothing
///   stored, dead_lettered   what the parser made of it
///   dropped        messages that left the stream before they could be stored; nobody knows whose, so they are booked on kLostSource
/// A source adds up where received is the sum of the others, so it does not where a record was missed between publisher and store. What
/// is in the stream and not in the store yet is `in_flight`, counted on the spot.
///
/// Books are kept by minute for three hours and by hour for a month. Sources beyond kSourcesMax are booked on kOtherSources.
/// Threads:  book() and book_lost() from one; read() from any.
/// Lifetime: borrows all it is given.
class Ledger {
public:
    static constexpr std::size_t kSourcesMax = 500;
    static constexpr std::string_view kOtherSources = "(other)";
    static constexpr std::string_view kLostSource = "(lost)";

    Ledger(store::LogWriter& writer, bus::Connection& connection, runtime::Metrics& metrics);

    void book(store::Tallies& tallies, const bus::LogMessage& message, std::uint64_t stored, std::uint64_t dead_lettered);
    void book_lost(store::Tallies& tallies, std::uint64_t messages, Timestamp now);

    /// What came in during the last `window`, as `GET /api/v1/ledger` answers it. Windows of more than two hours begin with a whole hour,
    /// others with a whole minute.
    [[nodiscard]] Result<std::string> read(nanoseconds window, Timestamp now);

private:
    [[nodiscard]] std::string admitted(std::string_view source);
    void add(store::Tallies& tallies, const std::string& source, Timestamp received, const store::Tally& entry);

    store::LogWriter& writer_;
    bus::Connection& connection_;
    std::set<std::string, std::less<>> sources_;  // Those that have books of their own; of the booking thread.
    std::shared_ptr<void> metric_;  // Last: reads the writer at each scrape.
};

}  // namespace logchute::ingestion
