// POST /upload, and what became of uploads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "admission.hpp"
#include "intake_stream.hpp"
#include "logchute/runtime/http.hpp"
#include "logchute/runtime/metrics.hpp"
#include "logchute/runtime/multipart.hpp"
#include "logchute/runtime/settings.hpp"
#include "upload_registry.hpp"
#include "upload_source.hpp"

namespace logchute::gateway {

/// A form is refused with a 4xx as long as nothing of it is stored, and with a 500 that names the incomplete upload from then on.
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
    /// What has become of one form.
    struct Form {
        Origin origin{.source = "upload", .join = true};
        std::string identity;         ///< Its Idempotency-Key; may be empty.
        std::vector<Upload> uploads;  ///< Those begun; only the last can be incomplete.
        bool has_published = false;   ///< A part of them may be in the stream.
    };
    [[nodiscard]] std::optional<http::Problem> read(http::MultipartReader& reader, Form& form);
    /// Takes one file in, as the last of form.uploads; from then on it is being processed.
    [[nodiscard]] Result<void> take(http::BodyReader& file, std::string name, Form& form);
    /// Brings all of `source` into the stream, and notes how far it has come.
    [[nodiscard]] Result<void> pass_on(UploadSource& source, IntakeStream& stream, Upload& upload);

    bus::Publisher& publisher_;
    const ChunkOptions chunks_;
    const Admission& admission_;
    UploadRegistry& registry_;
    const std::uint64_t decompressed_max_;
    runtime::Counter received_total_, incomplete_total_;
};

}  // namespace logchute::gateway
