// Request and reply between services, on `svc.<service>.<verb>`, with replies larger than one message.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "logchute/bus/connection.hpp"

namespace logchute::bus {

/// Where a responder writes its reply. Text is cut into messages of at most half the server's max_payload; the last one is marked.
class ReplyWriter {
public:
    virtual ~ReplyWriter() = default;
    [[nodiscard]] virtual Result<void> write(std::string_view bytes) = 0;
};

/// Answers requests on one subject. An Error it returns reaches the caller with its code and detail. May block; may be called from several
/// threads at once.
using RequestHandler = std::function<Result<void>(std::string_view request, ReplyWriter& reply)>;

struct ResponderOptions {
    std::size_t threads = 4;
    std::size_t waiting_max = 256;  ///< Requests in the queue; above it callers get Errc::full.
};

/// Threads:  its own `threads`, and one of cnats for each route.
/// Lifetime: borrows the Connection; the destructor takes no new requests, waits for running ones, and answers waiting ones with
///           Errc::unavailable. A request whose caller has stopped waiting is dropped unanswered.
class Responder {
public:
    /// Subscribes to every subject given, as part of the queue group `queue`, so that replicas share the requests.
    struct Route {
        std::string subject;
        RequestHandler handler;
    };
    Responder(Connection& connection, const std::string& queue, std::vector<Route> routes, ResponderOptions options = {});
    ~Responder();
    Responder(const Responder&) = delete;
    Responder& operator=(const Responder&) = delete;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// Who wants to know how a service is asks here; of several replicas one answers.
[[nodiscard]] std::string health_subject(std::string_view service);
/// Answers there with what `report` gives, JSON as /health has it. Lifetime: borrows the Connection.
[[nodiscard]] std::unique_ptr<Responder> answer_health(Connection& connection, std::string_view service,
                                                       std::function<std::string()> report);

/// Bytes of a whole reply; above it the request ends with Errc::too_large. What is larger is asked for in pages.
inline constexpr std::size_t kReplyBytesMax = 256U << 20;

/// Asks, and waits for the whole reply. Threads: any. `on_bytes` gets the pieces in order.
/// Failures: unavailable at once where the server is away or nobody serves the subject; timeout where `timeout` passes between two pieces;
///           failed where a piece is missing; too_large; else what the handler answered. `on_bytes` may have had pieces by then.
[[nodiscard]] Result<void> request(Connection& connection, std::string_view subject, std::string_view payload, milliseconds timeout,
                                   const std::function<void(std::string_view)>& on_bytes);
[[nodiscard]] Result<std::string> request(Connection& connection, std::string_view subject, std::string_view payload, milliseconds timeout);

}  // namespace logchute::bus
