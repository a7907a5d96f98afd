// The embedded store's size, as metrics.
#pragma once

#include <memory>
#include <vector>

#include "logchute/runtime/metrics.hpp"
#include "logchute/store/duckdb_store.hpp"

namespace logchute::ingestion {

/// store_rows, store_bytes and store_files, read at each scrape for as long as what is returned lives.
[[nodiscard]] std::vector<std::shared_ptr<void>> expose_store(runtime::Metrics& metrics, const store::DuckDbStore& store);

}  // namespace logchute::ingestion
