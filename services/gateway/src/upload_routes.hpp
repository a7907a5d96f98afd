// POST /upload, and what became of uploads.
#pragma once

#include "admission.hpp"
#include "intake.hpp"
#include "logchute/runtime/http.hpp"
#include "logchute/runtime/metrics.hpp"
#include "logchute/runtime/settings.hpp"
#include "upload_registry.hpp"

namespace logchute::gateway {

/// Threads: handlers run on the server's. Lifetime: borrows all; must outlive the server.
class UploadRoutes {
public:
    UploadRoutes(bus::Publisher& publisher, ChunkOptions chunks, const Admission& admission, UploadRegistry& registry,
                 const runtime::GatewaySettings& settings, runtime::Metrics& metrics);

    void add_to(http::Router& router);

private:
    [[nodiscard]] http::Response receive(http::Request& request);
    [[nodiscard]] http::Response list(const http::Request& request);
    [[nodiscard]] http::Response find(const http::Request& request);
    /// Takes one file in; the upload it returns is being processed.
    [[nodiscard]] Result<Upload> take(http::BodyReader& file, std::string name, const Origin& form);

    bus::Publisher& publisher_;
    const ChunkOptions chunks_;
    const Admission& admission_;
    UploadRegistry& registry_;
    const std::uint64_t decompressed_max_;
    runtime::Counter received_total_, incomplete_total_;
};

}  // namespace logchute::gateway
