// Who asks for the books: svc.ledger.read.
#pragma once

#include <memory>

#include "ledger.hpp"
#include "logchute/bus/request.hpp"

namespace logchute::ingestion {

/// Answers `svc.ledger.read` with what Ledger::read() gives. The request is {"window_ns":3600000000000}. Lifetime: borrows both.
[[nodiscard]] std::unique_ptr<bus::Responder> serve_ledger(bus::Connection& connection, Ledger& ledger);

}  // namespace logchute::ingestion
