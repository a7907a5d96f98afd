// POST /webhook/github.
#pragma once

#include "admission.hpp"
#include "intake.hpp"
#include "logchute/runtime/http.hpp"
#include "logchute/runtime/metrics.hpp"

namespace logchute::gateway {

/// GitHub's own limit of a payload.
inline constexpr std::size_t kWebhookBytesMax = 25U << 20;

/// Takes what GitHub delivers: signed with the secret, each delivery once as long as the stream knows its id.
/// Threads: handlers run on the server's. Lifetime: borrows all but the secret; must outlive the server.
class WebhookRoutes {
public:
    /// `secret` empty: webhooks are switched off.
    WebhookRoutes(Intake& intake, const Admission& admission, std::string secret, runtime::Metrics& metrics);

    void add_to(http::Router& router);

private:
    [[nodiscard]] http::Response deliver(http::Request& request);
    [[nodiscard]] std::optional<http::Problem> refuse(const http::Request& request) const;

    Intake& intake_;
    const Admission& admission_;
    const std::string secret_;
    runtime::Counter accepted_total_, duplicate_total_, refused_total_;
    runtime::Counter refused_for_bus_;
};

}  // namespace logchute::gateway
