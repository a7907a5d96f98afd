// One NATS connection of a process.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "logchute/core/result.hpp"

namespace logchute::bus {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

struct ConnectionOptions {
    std::string url = "nats://127.0.0.1:4222";  ///< Several, comma separated, for a cluster.
    std::string name{};                         ///< Of the client, as NATS's monitoring shows it.
    std::string credentials_file{};
    std::string user{}, password{}, token{};
    bool tls = false;
    std::string tls_ca_file{}, tls_cert_file{}, tls_key_file{};
    milliseconds reconnect_wait{250};           ///< Between attempts; they never end.
    /// Called when the connection comes, goes, cannot be made, or the server complains, with a sentence for the log. From the connection's
    /// own thread; nothing is tried again before it returns.
    std::function<void(bool connected, std::string_view what)> on_change{};
};

/// Keeps one link to a server alive, and makes a new one whenever it is lost: also after errors that NATS's own client gives up over. While
/// there is none, nothing is kept for later. A server that is killed is noticed at once; one that hangs within 5 s.
/// Threads:  any, for all that stands here. One of its own, beside those of cnats.
/// Lifetime: outlives every publisher, consumer, message, responder and bucket made with it.
/// Failures: the constructor throws only for options that can never work (an unreadable credentials file, a URL that is none). A server
///           that is away is no failure: the connection goes on trying, for ever, at start as well as later.
class Connection {
public:
    explicit Connection(ConnectionOptions options);
    ~Connection();  ///< close() with no patience.
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] bool is_connected() const noexcept;
    /// Errc::unavailable once `timeout` has passed.
    [[nodiscard]] Result<void> wait_connected(milliseconds timeout) const;
    /// Bytes one message may have, as the server says; its default while there is none.
    [[nodiscard]] std::size_t max_payload() const noexcept;
    /// Waits until the server has taken all that was published and acknowledged before, or `deadline`; closes. Nothing works after it: stop
    /// what uses the connection first.
    void close(SteadyClock::time_point deadline);

    class Impl;
    [[nodiscard]] Impl& impl() noexcept { return *impl_; }  ///< For this library's own sources.

private:
    std::unique_ptr<Impl> impl_;
};

/// Headers of a message. Names are compared with case, as NATS does; no line ends or NUL in either part. Order is not kept on the way.
using Headers = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] std::string_view find_header(const Headers& headers, std::string_view name) noexcept;

/// `text` made fit to be one token of a subject: letters, digits, '-' and '_' stay, all else becomes '-'; at most 64 bytes; never empty.
[[nodiscard]] std::string subject_token(std::string_view text);

}  // namespace logchute::bus
