#include "store_metrics.hpp"

namespace logchute::ingestion {

std::vector<std::shared_ptr<void>> expose_store(runtime::Metrics& metrics, const store::DuckDbStore& store) {
    using Kind = runtime::Metrics::Kind;
    const auto gauge = [&](const char* name, const char* help, auto read) {
        return metrics.collect(Kind::gauge, name, help, [&store, read] { return std::vector<runtime::Sample>{{{}, read(store.usage())}}; });
    };
    return {
        gauge("store_rows", "Records in the store.", [](const store::StoreUsage& usage) { return static_cast<double>(usage.rows); }),
        gauge("store_bytes", "Bytes of the store on disk.",
              [](const store::StoreUsage& usage) { return static_cast<double>(usage.bytes_on_disk); }),
        gauge("store_files", "Day files of the store.", [](const store::StoreUsage& usage) { return static_cast<double>(usage.files); }),
    };
}

}  // namespace logchute::ingestion
