// The routes that tell how deliveries go: dead letters, the ledger, and the health of the services.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "logchute/bus/connection.hpp"
#include "logchute/runtime/http.hpp"

namespace logchute::dashboard {

/// Checks what is asked and passes it on: the owner of the store answers, over svc.dlq.* and svc.ledger.*.
/// Threads: handlers run on the server's. Lifetime: borrows the Connection; must outlive the server.
class DeliveryRoutes {
public:
    DeliveryRoutes(bus::Connection& connection, std::chrono::milliseconds timeout) : connection_(connection), timeout_(timeout) {}

    void add_to(http::Router& router);

private:
    [[nodiscard]] http::Response list(const http::Request& request);
    [[nodiscard]] http::Response letter(const http::Request& request);
    [[nodiscard]] http::Response replay(const http::Request& request);
    [[nodiscard]] http::Response purge(const http::Request& request);
    [[nodiscard]] http::Response ledger(const http::Request& request);
    [[nodiscard]] http::Response health(const http::Request& request);
    [[nodiscard]] http::Response ask(std::string_view subject, const std::string& question);

    bus::Connection& connection_;
    const std::chrono::milliseconds timeout_;
};

}  // namespace logchute::dashboard
