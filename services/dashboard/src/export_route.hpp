// GET /api/v1/logs/export: all that matches, as a download.
#pragma once

#include "logchute/runtime/http.hpp"
#include "logchute/store/log_reader.hpp"

namespace logchute::dashboard {

/// Oldest first, page by page, so that neither the store nor this service ever holds more than one page. A store that fails midway cuts the
/// connection: a download that ends well is whole.
/// Threads: handlers run on the server's. Lifetime: borrows the reader; must outlive the server.
class ExportRoute {
public:
    explicit ExportRoute(store::LogReader& reader) : reader_(reader) {}

    void add_to(http::Router& router);

private:
    [[nodiscard]] http::Response answer(const http::Request& request);

    store::LogReader& reader_;
};

}  // namespace logchute::dashboard
