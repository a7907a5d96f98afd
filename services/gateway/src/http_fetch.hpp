// Asking other servers over HTTP, many at once from one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace logchute::gateway {

struct FetchRequest {
    std::string url{};
    std::vector<std::pair<std::string, std::string>> headers{};
    std::chrono::milliseconds timeout{30'000};  ///< From the first step to the last byte.
    std::size_t body_bytes_max = 16U << 20;     ///< Decompressed.
    long redirects_max = 5;                     ///< To http and https alone.
};

enum class FetchFailure : std::uint8_t { none, connection, timeout, too_large, redirects };

struct FetchResult {
    std::size_t token = 0;
    FetchFailure failure = FetchFailure::none;
    std::string detail{};  ///< Of a failure, without the URL.
    int status = 0;
    std::map<std::string, std::string, std::less<>> headers{};  ///< Of the last answer; names in lower case.
    std::string body{};

    [[nodiscard]] std::string_view header(std::string_view name) const noexcept {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string_view() : std::string_view(found->second);
    }
};

/// GET requests, under way together.
/// Threads:  one, but for wake(). Failures: are results. The destructor breaks off what is under way.
class HttpFetcher {
public:
    HttpFetcher();
    ~HttpFetcher();
    HttpFetcher(const HttpFetcher&) = delete;
    HttpFetcher& operator=(const HttpFetcher&) = delete;

    /// `token` comes back with the result.
    void start(std::size_t token, const FetchRequest& request);
    /// Waits until something ends, wake() is called, or `patience` is over; what has ended by then.
    [[nodiscard]] std::vector<FetchResult> wait(std::chrono::milliseconds patience);
    void wake() noexcept;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace logchute::gateway
