// /debug/pprof/*: profiles of the running process, in the forms that `pprof` and `google-pprof` read.
#pragma once

#include <stop_token>

#include "logchute/runtime/http.hpp"

namespace logchute::runtime {

/// GET /debug/pprof/profile?seconds=N  CPU profile of the next N seconds (30; 1 to 120), one at a time, else 409. `stop` ends it early.
/// GET /debug/pprof/heap               Sample of what is allocated now.
/// GET /debug/pprof/cmdline            The command line, an argument a line.
/// GET, POST /debug/pprof/symbol       Names for addresses "0x12+0x34", of the query or the body; num_symbols where there are none.
/// All process-wide, so one router at a time should have them.
void add_pprof_routes(http::Router& router, const std::stop_token& stop);

/// Lets the heap be sampled, about once every 512 KiB allocated, which costs well under one percent. An operator's
/// TCMALLOC_SAMPLE_PARAMETER goes before. Call it early: what was allocated before is not in /heap.
void start_heap_sampling() noexcept;

}  // namespace logchute::runtime
