// Noise through the gateway's front door.
#pragma once

#include <memory>
#include <string>

#include "logchute/core/batch_parser.hpp"
#include "target.hpp"

namespace logchute::noise {

/// What to do about an answer (or none) to one POST.
struct HttpVerdict {
    enum class What : std::uint8_t { delivered, retry, give_up };
    What what = What::retry;
    std::chrono::milliseconds wait{0};  ///< Before a retry: at least this.
};
/// `status` 0 means that no answer came; `retry_after` is the header's value, seconds, or empty. Waits longer than half a minute are cut.
[[nodiscard]] HttpVerdict judge(long status, std::string_view retry_after, unsigned attempt) noexcept;

/// Posts batches to `<url>/api/v1/logs`, one after the other on one connection. Each has an Idempotency-Key, so that one sent again after a
/// lost answer is taken once.
class HttpTarget final : public Target {
public:
    /// Throws std::invalid_argument for a URL that is none.
    HttpTarget(const std::string& url, Format format, std::string run, Delivered delivered);
    ~HttpTarget() override;

    [[nodiscard]] Result<void> send(Batch batch, std::stop_token stop) override;
    [[nodiscard]] Result<void> flush(std::chrono::steady_clock::time_point deadline) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace logchute::noise
