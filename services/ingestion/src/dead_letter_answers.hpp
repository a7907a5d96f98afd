// Who asks for dead letters: svc.dlq.*.
#pragma once

#include <memory>

#include "dead_letter_queue.hpp"
#include "logchute/bus/request.hpp"

namespace logchute::ingestion {

/// Answers, with JSON both ways and one at a time, so that two replays never take the same letters:
///   svc.dlq.list    {"limit":10}                                    as GET /api/v1/dlq
///   svc.dlq.get     {"id":"..."}                                    as GET /api/v1/dlq/{id}
///   svc.dlq.replay  {"reason":"..."} or {"ids":[...]}, "format", "dry_run"   as POST /api/v1/dlq/replay
///   svc.dlq.purge   {"reason":"..."}, or {} for all                 as DELETE /api/v1/dlq
/// Lifetime: borrows both.
[[nodiscard]] std::unique_ptr<bus::Responder> serve_dead_letters(bus::Connection& connection, DeadLetterQueue& queue);

}  // namespace logchute::ingestion
