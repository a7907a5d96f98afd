// The routes that find logs: search, one record and its context, counts, histogram, fields, the newest.
#pragma once

#include "logchute/runtime/http.hpp"
#include "logchute/store/log_reader.hpp"

namespace logchute::dashboard {

/// Threads: handlers run on the server's. Lifetime: borrows the reader; must outlive the server.
class LogRoutes {
public:
    explicit LogRoutes(store::LogReader& reader) : reader_(reader) {}

    void add_to(http::Router& router);

private:
    [[nodiscard]] http::Response search(const http::Request& request);
    [[nodiscard]] http::Response newest(const http::Request& request);
    [[nodiscard]] http::Response record(const http::Request& request);
    [[nodiscard]] http::Response context(const http::Request& request);
    [[nodiscard]] http::Response stats(const http::Request& request);
    [[nodiscard]] http::Response histogram(const http::Request& request);
    [[nodiscard]] http::Response fields(const http::Request& request);

    store::LogReader& reader_;
};

}  // namespace logchute::dashboard
