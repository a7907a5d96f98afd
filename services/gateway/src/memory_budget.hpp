// How much of what has arrived may be in memory at once.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "logchute/runtime/metrics.hpp"

namespace logchute::gateway {

/// Bytes shared by all requests: their bodies, which the server counts here, and what is made of them. Threads: any.
class MemoryBudget {
public:
    explicit MemoryBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    /// What one request holds; given back when it is destroyed. Threads: one.
    class Lease {
    public:
        explicit Lease(MemoryBudget& budget) : budget_(budget) {}
        ~Lease() { *budget_.used_ -= bytes_; }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;

        /// Holds `bytes` in all from now on, beside the body. False, and nothing changed, where there is no room for them.
        [[nodiscard]] bool grow_to(std::size_t bytes) noexcept {
            if (bytes <= bytes_) return true;
            const std::size_t more = bytes - bytes_;
            if (budget_.used_->fetch_add(more) + more > budget_.bytes_max_) {
                *budget_.used_ -= more;
                return false;
            }
            bytes_ = bytes;
            return true;
        }

    private:
        MemoryBudget& budget_;
        std::size_t bytes_ = 0;
    };

    /// For ServerOptions::buffered_bytes.
    [[nodiscard]] const std::shared_ptr<std::atomic<std::size_t>>& counter() const noexcept { return used_; }
    [[nodiscard]] std::size_t used() const noexcept { return *used_; }

private:
    const std::size_t bytes_max_;
    const std::shared_ptr<std::atomic<std::size_t>> used_ = std::make_shared<std::atomic<std::size_t>>(0);
};

/// gateway_memory_bytes, for as long as what is returned lives.
[[nodiscard]] inline std::shared_ptr<void> expose_memory(runtime::Metrics& metrics, const MemoryBudget& budget) {
    return metrics.collect(runtime::Metrics::Kind::gauge, "gateway_memory_bytes", "Bytes of bodies held until they are on disk.",
                           [&budget] { return std::vector<runtime::Sample>{{{}, static_cast<double>(budget.used())}}; });
}

}  // namespace logchute::gateway
